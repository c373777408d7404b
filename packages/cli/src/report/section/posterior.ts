import { type Points, rows } from "@fluxion/core";
import { html, type Markup } from "../html.js";
import { frameOf, imageOf, scatter } from "../picture.js";
import type { PosteriorStrip, ReportInput } from "../report-input.js";
import { both, number, phrase } from "../text.js";

type Column = PosteriorStrip["columns"][number];

/** One x_t at several times with the data points behind it. */
export function posteriorSection({ posterior, data }: ReportInput): Markup {
  const { columns } = posterior;
  return html`<h2>${both(phrase("The posterior over data, along one path", "沿一条路径的数据后验"))}</h2>
<p>${both(
    phrase(
      "One trajectory of the exact field. At each time: x_t, the posterior mean E[z|x_t] towards which the velocity points, and the data points that carry it with their weights. Early the whole data set votes; later one image takes over.",
      "精确场的一条轨迹。每个时刻给出 x_t、速度所指向的后验均值 E[z|x_t]，以及承载它的数据点及其权重。起初整个数据集都参与投票，随后由一幅图像独占。",
    ),
  )}</p>
<div class="posterior">${columns.map((column) => one(column, data.image, frameOf(columns.flatMap(({ x, top }) => [x, top]))))}</div>`;
}

function one(
  { t, x, denoiser, entropy, ess, top, weights }: Column,
  shape: ReportInput["data"]["image"],
  frame: ReturnType<typeof frameOf>,
): Markup {
  const draw = (p: Points, title: string): Markup =>
    shape ? imageOf(p, shape, title) : scatter([{ x: p, colour: "--c2", radius: 7 }], frame);
  const lines = Array.from(weights, (weight, k) => {
    const point = rows(top, k, k + 1);
    return html`<div class="weight">${draw(point, `λ = ${number(weight)}`)}<i style="width: ${(100 * weight).toFixed(1)}%"></i><span>${weight >= 0.0005 ? weight.toFixed(3) : "<.001"}</span></div>`;
  });
  return html`<div><b>t = ${number(t, 3)}</b>
<div class="duo">${draw(x, "x_t")}${draw(denoiser, "E[z|x_t]")}<small>x<sub>t</sub></small><small>E[z|x<sub>t</sub>]</small></div>
${lines}<small>${both(phrase(`effective ${number(ess, 3)} · entropy ${number(entropy, 3)}`, `有效数 ${number(ess, 3)} · 熵 ${number(entropy, 3)}`))}</small></div>`;
}
