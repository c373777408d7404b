import { type Points, rows } from "@fluxion/core";
import { html, type Markup } from "../html.js";
import { frameOf, type ImageShape, imageOf, imagesOf, scatter } from "../picture.js";
import type { ReportInput, SampleSummary } from "../report-input.js";
import { both, number, type Phrase, phrase, plusMinus } from "../text.js";

/** Samples over time, network beside exact field from the same noise. */
export function samplesSection({ samples, data, evaluation, floor }: ReportInput): Markup {
  const { nfe, solver } = samples;
  const how =
    "steps" in solver
      ? phrase(`${solver.name} in ${solver.steps} steps`, `${solver.name}（${solver.steps} 步）`)
      : phrase(
          `${solver.name} (rtol ${number(solver.rtol)}, atol ${number(solver.atol)})`,
          `${solver.name}（rtol ${number(solver.rtol)}，atol ${number(solver.atol)}）`,
        );
  const ends = Number.isFinite(floor.entropy.exact)
    ? phrase(
        "The exact field of a finite data set ends on data points: it memorises by construction. What the network makes of the same noise is its generalisation.",
        "有限数据集的精确场必然终止于数据点：它天生就是记忆。网络从同一噪声得到的结果则体现其泛化。",
      )
    : phrase(
        "The data are smoothed: the exact field ends on draws of the kernel density.",
        "数据经过平滑：精确场的终点服从核密度估计。",
      );
  const gap = number(evaluation.endpointDistance);
  return html`<h2>${both(phrase("Samples: the network beside the exact field", "样本：网络与精确场并列"))}</h2>
<p>${both(
    phrase(
      `Both start from the same noise and are integrated by ${how.en}, with ${nfe.network} and ${nfe.exact} evaluations of the whole batch. ${ends.en} Mean distance of the two ends: ${gap}.`,
      `两者从同一噪声出发，用 ${how.zh} 积分，整批分别计算 ${nfe.network} 与 ${nfe.exact} 次。${ends.zh}两者终点的平均距离为 ${gap}。`,
    ),
  )}</p>
${data.image ? imageSamples(samples, data.image) : cloudSamples(samples, data)}`;
}

const network = phrase("network", "网络");
const exactField = phrase("exact field", "精确场");

function imageSamples({ times, network: states, exact, nearest, distance }: SampleSummary, shape: ImageShape): Markup {
  const [final, exactFinal] = [states.at(-1), exact.at(-1)];
  if (final === undefined || exactFinal === undefined) return html``;
  const shown = Math.min(final.size, 12);
  const line = (label: Phrase, x: Points, title: (b: number) => string = () => ""): Markup =>
    html`<span class="of">${both(label)}</span>${imagesOf(rows(x, 0, shown), shape, title)}`;
  const walk = (label: Phrase, of: readonly Points[], b: number): Markup =>
    html`<span class="of">${both(label)}</span>${of.map((x, k) => imageOf(rows(x, b, b + 1), shape, `t = ${times[k]}`))}`;
  const walkers = [0, 1, 2].filter((b) => b < shown);
  return html`<div class="grid-samples" style="--n: ${shown}">
${line(exactField, exactFinal)}
${line(network, final)}
${line(phrase("nearest data", "最近数据"), nearest, (b) => `‖x − z‖ = ${number(distance[b] ?? 0)}`)}
</div>
<p>${both(phrase("The way from noise to data:", "从噪声到数据的过程："))}</p>
${walkers.map(
  (
    b,
  ) => html`<div class="grid-samples" style="--n: ${times.length}"><span class="of">t</span>${times.map((t) => html`<span>${number(t, 2)}</span>`)}
${walk(network, states, b)}${walk(exactField, exact, b)}</div>`,
)}`;
}

function cloudSamples({ times, network: states, exact }: SampleSummary, { examples, dim }: ReportInput["data"]): Markup {
  const frame = frameOf([examples, ...states, ...exact], 0.02);
  const line = (label: Phrase, of: readonly Points[], colour: string): Markup => {
    const plot = (x: Points): Markup =>
      scatter(
        [
          { x: examples, colour: "--c4", radius: 1, opacity: 0.35 },
          { x, colour, radius: 2 },
        ],
        { frame },
      );
    return html`<h3>${both(label)}</h3><div class="clouds">${of.map((x, k) => html`<div>${plot(x)}<small>t = ${number(times[k] ?? 0, 2)}</small></div>`)}</div>`;
  };
  const plane =
    dim > 2 ? html`<p><small>${both(phrase("Shown are the first two coordinates.", "图中为前两个坐标。"))}</small></p>` : null;
  return html`${line(network, states, "--c2")}${line(exactField, exact, "--c1")}${plane}`;
}

/** The numbers of the evaluation, network beside exact field. */
export function evaluationSection({ evaluation: e }: ReportInput): Markup {
  const line = (label: Phrase, ofNetwork: string, ofField: string): Markup =>
    html`<tr><td>${both(label)}</td><td class="n">${ofNetwork}</td><td class="n">${ofField}</td></tr>`;
  return html`<h2>${both(phrase("Measured", "度量"))}</h2>
<table><thead><tr><th></th><th class="n">${both(network)}</th><th class="n">${both(exactField)}</th></tr></thead><tbody>
${line(phrase("excess loss E‖v − u‖²", "超出损失 E‖v − u‖²"), plusMinus(e.excess, e.excessStandardError), "0")}
${line(phrase("excess per dimension", "每维超出损失"), number(e.excessPerDim), "0")}
${line(phrase(`W₂ to fresh data draws (a perfect generator scores ${plusMinus(e.w2.floor, e.w2.floorDeviation)})`, `与数据新抽样的 W₂（完美生成器得 ${plusMinus(e.w2.floor, e.w2.floorDeviation)}）`), number(e.w2.network), number(e.w2.exact))}
${line(phrase("energy distance to the data", "与数据的能量距离"), number(e.energyDistance.network), number(e.energyDistance.exact))}
${line(phrase("memorised (nearest under ⅓ of second nearest)", "记忆比例（最近距离小于次近的 ⅓）"), `${number(100 * e.memorised.network, 3)} %`, `${number(100 * e.memorised.exact, 3)} %`)}
${line(phrase("straightness E∫‖ẋ − (x₁ − x₀)‖²dt (0 is straight)", "平直度 E∫‖ẋ − (x₁ − x₀)‖²dt（0 为直线）"), number(e.straightness.network), number(e.straightness.exact))}
</tbody></table>`;
}
