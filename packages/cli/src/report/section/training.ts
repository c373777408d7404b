import { type Chart, chart } from "../chart.js";
import { html, type Markup } from "../html.js";
import type { FloorSummary, ReportInput, TrainingSummary } from "../report-input.js";
import { linearScale, positiveScale } from "../scale.js";
import { both, number, type Phrase, phrase, plusMinus, verbatim } from "../text.js";

const stepLabel = phrase("training step", "训练步数");

/** The loss with its floor, and the excess. */
export function trainingSection({ training, floor, evaluation }: ReportInput): Markup {
  return html`<h2>${both(phrase("Training, with the floor in sight", "训练：对照下界"))}</h2>
<p>${both(summary(training, evaluation))}</p>
<div class="pair">
${chart(lossChart(training, floor))}
${chart(excessChart(training))}
</div>`;
}

function summary(
  { network, parameters, batch, curve, onGaussian, target, coupling }: TrainingSummary,
  fresh: ReportInput["evaluation"],
): Phrase {
  const last = curve.at(-1);
  const excess = last ? plusMinus(last.excess, last.excessStandardError) : "";
  const again = plusMinus(fresh.excess, fresh.excessStandardError);
  const base = onGaussian
    ? phrase(
        " It is added to the exact field of the Gaussian with the data's mean and covariance, and learns only what that lacks.",
        "网络加在与数据同均值、同协方差的高斯分布的精确场之上，只需学习其不足的部分。",
      )
    : phrase("", "");
  const size = number(parameters, 6);
  const regressed = coupling === undefined || coupling === "independent" ? targetSentence[target] : coupledSentence(coupling);
  return phrase(
    `${network}, ${size} parameters, batches of ${batch}.${base.en}${regressed.en} The CFM loss can fall to its floor V, not to zero; what counts is the excess, E‖v_θ − u_t(x)‖² against the exact field on the same points${excess && `: ${excess} at the end on the points that the curve is measured on, ${again} on fresh ones`}.`,
    `${network}，${size} 个参数，每批 ${batch} 个样本。${base.zh}${regressed.zh}CFM 损失最多降到下界 V，而不是零；真正要看的是超出量，即同一批点上相对精确场的误差 E‖v_θ − u_t(x)‖²${excess && `：训练结束时，在绘制曲线所用的点上为 ${excess}，在新抽取的点上为 ${again}`}。`,
  );
}

/** What is unusual about the targets of the batches. */
const targetSentence: Record<TrainingSummary["target"], Phrase> = {
  conditional: phrase("", ""),
  exact: phrase(
    " The batches regress on the exact velocity u_t(x): their loss is E‖v_θ − u_t(x)‖² itself, has no floor, and is shown with the excess.",
    "训练批回归于精确速度 u_t(x)：其损失就是 E‖v_θ − u_t(x)‖²，没有下界，因此与超出量画在一起。",
  ),
  estimate: phrase(
    " The batches regress on unbiased estimates of u_t(x) from several points of the data: the floor of their loss lies between 0 and V.",
    "训练批回归于由若干数据点给出的 u_t(x) 的无偏估计：其损失的下界介于 0 与 V 之间。",
  ),
};

/** What a coupling changes in the meaning of the numbers. */
function coupledSentence(coupling: string): Phrase {
  const name = verbatim(coupling);
  return phrase(
    ` The rows of a batch are paired by “${name}”: V is no floor of their loss, and the excess, measured with independent pairs, contains what the coupling changes in the field.`,
    `批内样本按“${name}”配对：V 不是其损失的下界；超出量以独立配对测量，因而包含该耦合对场的改变。`,
  );
}

function lossChart({ curve, batches: all, steps, target }: TrainingSummary, floor: FloorSummary): Chart {
  const batches = target === "exact" ? [] : all; // a loss without that floor belongs to the excess
  const losses = batches.map((p) => p.loss);
  const band = 2 * floor.standardError;
  const y = linearScale([
    floor.value - band,
    floor.value + band,
    ...curve.map((p) => p.loss),
    ...(losses.length > 0 ? [Math.min(...losses), quantile(losses, 0.98)] : []),
  ]);
  const above = losses.filter((loss) => loss > y.high).length;
  const cut = above > 0 ? phrase(`; batches above the frame: ${above}`, `；高于此图的批数：${above}`) : phrase("", "");
  return {
    title: phrase("Loss", "损失"),
    xLabel: stepLabel,
    yLabel: phrase(`CFM loss, summed over dimensions${cut.en}`, `CFM 损失，对各维求和${cut.zh}`),
    x: linearScale([0, steps]),
    y,
    series: [
      ...(batches.length > 0 ? [batchDots(batches)] : []),
      {
        label: phrase("evaluation batch, averaged weights", "评估批，平均权重"),
        colour: "--c1",
        points: curve.map((p) => [p.step, p.loss] as const),
      },
      {
        label: phrase("floor V (band: two standard errors)", "下界 V（带宽为两倍标准误差）"),
        colour: "--c3",
        kind: "dashed",
        points: [
          [0, floor.value],
          [steps, floor.value],
        ],
        band: [band, band],
      },
    ],
  };
}

function batchDots(batches: TrainingSummary["batches"]): Chart["series"][number] {
  return {
    label: phrase("training batches", "训练批"),
    colour: "--c4",
    kind: "dots",
    points: batches.map((p) => [p.step, p.loss] as const),
  };
}

function excessChart({ curve, steps, batches, target }: TrainingSummary): Chart {
  const dots = target === "exact" ? batches : [];
  return {
    title: phrase("Excess over the floor", "超出下界的部分"),
    xLabel: stepLabel,
    yLabel: phrase("E‖v − u‖²", "E‖v − u‖²"),
    x: linearScale([0, steps]),
    y: positiveScale([...curve.flatMap((p) => [p.excess, p.excess + 2 * p.excessStandardError]), ...dots.map((p) => p.loss)]),
    series: [
      ...(dots.length > 0 ? [batchDots(dots)] : []),
      {
        label: phrase("excess (band: two standard errors)", "超出量（带宽为两倍标准误差）"),
        colour: "--c2",
        points: curve.map((p) => [p.step, p.excess] as const),
        band: curve.map((p) => 2 * p.excessStandardError),
      },
    ],
  };
}

function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(p * (sorted.length - 1))] ?? Number.NaN;
}
