import { type Points, rows } from "@fluxion/core";
import { html, type Markup } from "../html.js";
import { frameOf, type ImageShape, imageOf, imagesOf, scatter } from "../picture.js";
import type { ReportInput, SampleSummary } from "../report-input.js";
import { both, number, type Phrase, phrase, plusMinus } from "../text.js";

/** Samples over time, network beside exact field from the same noise. */
export function samplesSection({ samples, data, evaluation }: ReportInput): Markup {
  const { nfe, solver } = samples;
  return html`<h2>${both(phrase("Samples: the network beside the exact field", "样本：网络与精确场并列"))}</h2>
<p>${both(
    phrase(
      `Both start from the same noise and are integrated by ${solver} (${nfe.network} and ${nfe.exact} evaluations of the whole batch). The exact field of a finite data set ends on data points: it memorises by construction. What the network makes of the same noise is its generalisation. Mean distance of the two ends: ${number(evaluation.endpointDistance)}.`,
      `两者从同一噪声出发，用 ${solver} 积分（整批分别计算 ${nfe.network} 与 ${nfe.exact} 次）。有限数据集的精确场必然终止于数据点：它天生就是记忆。网络从同一噪声得到的结果则体现其泛化。两者终点的平均距离为 ${number(evaluation.endpointDistance)}。`,
    ),
  )}</p>
${data.image ? imageSamples(samples, data.image) : cloudSamples(samples, data.examples)}`;
}

function imageSamples({ times, network, exact, nearest, distance }: SampleSummary, shape: ImageShape): Markup {
  const last = network.length - 1;
  const final = network[last];
  const exactFinal = exact[last];
  if (final === undefined || exactFinal === undefined) return html``;
  const shown = Math.min(final.size, 12);
  const line = (label: Phrase, x: Points, title: (b: number) => string = () => ""): Markup =>
    html`<span>${both(label)}</span>${imagesOf(rows(x, 0, shown), shape, title)}`;
  const columns = `grid-template-columns: minmax(5.2em, auto) repeat(${shown}, minmax(28px, 76px))`;
  const strip = (states: readonly Points[], b: number): Markup[] =>
    states.map((x, k) => imageOf(rows(x, b, b + 1), shape, `t = ${times[k]}`));
  const walk = `grid-template-columns: minmax(5.2em, auto) repeat(${times.length}, minmax(28px, 76px))`;
  return html`<div class="scroll"><div class="grid-samples" style="${columns}">
${line(phrase("exact field", "精确场"), exactFinal)}
${line(phrase("network", "网络"), final)}
${line(phrase("nearest data", "最近数据"), nearest, (b) => `distance ${number(distance[b] ?? 0)}`)}
</div></div>
<p>${both(phrase("The way of three of them, from noise to data:", "其中三个从噪声到数据的过程："))}</p>
<div class="scroll"><div class="grid-samples" style="${walk}">
<span>t</span>${times.map((t) => html`<span>${number(t, 2)}</span>`)}
${[0, 1, 2].filter((b) => b < shown).map((b) => html`<span>${both(phrase("network", "网络"))}</span>${strip(network, b)}<span>${both(phrase("exact field", "精确场"))}</span>${strip(exact, b)}`)}
</div></div>`;
}

function cloudSamples({ times, network, exact }: SampleSummary, data: Points): Markup {
  const frame = frameOf([...network, ...exact, data]);
  const line = (label: Phrase, states: readonly Points[], colour: string): Markup =>
    html`<span>${both(label)}</span>${states.map((x) =>
      scatter(
        [
          { x: data, colour: "--c4", radius: 0.8, opacity: () => 0.35 },
          { x, colour },
        ],
        frame,
      ),
    )}`;
  return html`<div class="scroll"><div class="grid-samples" style="grid-template-columns: minmax(5.2em, auto) repeat(${times.length}, minmax(110px, 1fr))">
<span>t</span>${times.map((t) => html`<span>${number(t, 2)}</span>`)}
${line(phrase("network", "网络"), network, "--c2")}${line(phrase("exact field", "精确场"), exact, "--c1")}
</div></div>`;
}

/** The numbers of the evaluation, network beside exact field. */
export function evaluationSection({ evaluation: e }: ReportInput): Markup {
  const line = (label: Phrase, network: string, exact: string): Markup =>
    html`<tr><td>${both(label)}</td><td class="n">${network}</td><td class="n">${exact}</td></tr>`;
  return html`<h2>${both(phrase("Measured", "度量"))}</h2>
<div class="scroll"><table><thead><tr><th></th><th class="n">${both(phrase("network", "网络"))}</th><th class="n">${both(phrase("exact field", "精确场"))}</th></tr></thead><tbody>
${line(phrase("excess loss E‖v − u‖²", "超出损失 E‖v − u‖²"), plusMinus(e.excess, e.excessStandardError), "0")}
${line(phrase("excess per dimension", "每维超出损失"), number(e.excessPerDim), "0")}
${line(phrase(`W₂ to fresh data draws (a perfect generator scores ${plusMinus(e.w2.floor, e.w2.floorDeviation)})`, `与数据新抽样的 W₂(完美生成器得 ${plusMinus(e.w2.floor, e.w2.floorDeviation)})`), number(e.w2.network), number(e.w2.exact))}
${line(phrase("energy distance to the data", "与数据的能量距离"), number(e.energyDistance.network), number(e.energyDistance.exact))}
${line(phrase("memorised (nearest under ⅓ of second nearest)", "记忆比例（最近距离小于次近的 ⅓）"), `${number(100 * e.memorised.network, 3)} %`, `${number(100 * e.memorised.exact, 3)} %`)}
${line(phrase("straightness E∫‖ẋ − (x₁ − x₀)‖²dt (0 is straight)", "平直度 E∫‖ẋ − (x₁ − x₀)‖²dt(0 为直线)"), number(e.straightness.network), number(e.straightness.exact))}
</tbody></table></div>`;
}
