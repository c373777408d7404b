import { chart } from "../chart.js";
import { html, type Markup } from "../html.js";
import type { ReportInput } from "../report-input.js";
import { linearScale, logScale } from "../scale.js";
import { both, number, phrase, plusMinus } from "../text.js";

/** The loss with its floor, and the excess. */
export function trainingSection({ training, floor }: ReportInput): Markup {
  const { curve, batches, steps } = training;
  const last = curve[curve.length - 1];
  const x = linearScale([0, steps]);
  const losses = curve.map((p) => p.loss).concat(batches.map((p) => p.loss));
  const least = Math.min(floor.value, ...losses);
  const most = quantile(losses, 0.98);
  const stepLabel = phrase("training step", "训练步数");
  return html`<h2>${both(phrase("Training, with the floor in sight", "训练：对照下界"))}</h2>
<p>${both(
    phrase(
      `${training.network}, ${number(training.parameters, 6)} parameters, batches of ${training.batch}. The loss falls to its floor, not to zero; what counts is the excess, E‖v_θ − u_t(x)‖² against the exact field on the same points${last ? `: ${plusMinus(last.excess, last.excessStandardError)} at the end` : ""}.`,
      `${training.network}，${number(training.parameters, 6)} 个参数，每批 ${training.batch} 个样本。损失趋于下界而不是零；真正要看的是超出量，即同一批点上相对精确场的误差 E‖v_θ − u_t(x)‖²${last ? `，最终为 ${plusMinus(last.excess, last.excessStandardError)}` : ""}。`,
    ),
  )}</p>
<div class="pair">
${chart({
  title: phrase("Loss", "损失"),
  xLabel: stepLabel,
  yLabel: phrase("CFM loss, summed over dimensions", "CFM 损失（对各维求和）"),
  x,
  y: linearScale([least, most]),
  series: [
    {
      label: phrase("training batches", "训练批"),
      colour: "--c4",
      kind: "dots",
      points: batches.map((p) => [p.step, p.loss] as const),
    },
    {
      label: phrase("evaluation batch, averaged weights", "评估批，平均权重"),
      colour: "--c1",
      points: curve.map((p) => [p.step, p.loss] as const),
    },
    {
      label: phrase("floor V (band: two standard errors)", "下界 V(带宽为两倍标准误差)"),
      colour: "--c3",
      kind: "dashed",
      points: [
        [0, floor.value],
        [steps, floor.value],
      ],
      band: [2 * floor.standardError, 2 * floor.standardError],
    },
  ],
})}
${chart({
  title: phrase("Excess over the floor", "超出下界的部分"),
  xLabel: stepLabel,
  yLabel: phrase("E‖v − u‖²", "E‖v − u‖²"),
  x,
  y: logScale(curve.map((p) => p.excess)),
  series: [
    {
      label: phrase("excess (band: two standard errors)", "超出量（带宽为两倍标准误差）"),
      colour: "--c2",
      points: curve.map((p) => [p.step, p.excess] as const),
      band: curve.map((p) => 2 * p.excessStandardError),
    },
  ],
})}
</div>`;
}

function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(p * (sorted.length - 1))] ?? 1;
}
