import { type Points, rows } from "@fluxion/core";
import { html, type Markup } from "../html.js";
import { frameOf, imageOf, scatter } from "../picture.js";
import type { PosteriorStrip, ReportInput } from "../report-input.js";
import { both, number, phrase } from "../text.js";

type Column = PosteriorStrip["columns"][number];

/** One x_t at several times with the data points behind it. */
export function posteriorSection({ posterior: { columns }, data: { image, examples } }: ReportInput): Markup {
  const frame = frameOf([examples, ...columns.flatMap(({ x, denoiser, top }) => [x, denoiser, top])]);
  const pictures = (column: Column): Markup =>
    image === undefined ? cloud(column, examples, frame) : images(column, (p, title) => imageOf(p, image, title));
  return html`<h2>${both(phrase("The posterior over data, along one path", "沿一条路径的数据后验"))}</h2>
<p>${both(
    phrase(
      "One data point z and one draw of noise ε, mixed as x_t = α_t z + β_t ε. At each time: x_t, the posterior mean E[z|x_t], which decides the velocity, and the data points of largest posterior weight λ. Early all data have a say; the closer to t = 1, the fewer.",
      "取一个数据点 z 与一次噪声 ε，令 x_t = α_t z + β_t ε。每个时刻给出 x_t、决定速度的后验均值 E[z|x_t]，以及后验权重 λ 最大的数据点。起初所有数据点都参与投票；越接近 t = 1，参与者越少。",
    ),
  )}</p>
<div class="posterior">${columns.map((column) => card(column, pictures(column)))}</div>${image === undefined ? legend : null}`;
}

function card({ t, entropy, ess }: Column, pictures: Markup): Markup {
  const [effective, nats] = [number(ess, 3), number(entropy, 3)];
  return html`<div><b>t = ${number(t, 3)}</b>
${pictures}
<small>${both(phrase(`effective number ${effective}, entropy ${nats}`, `有效数 ${effective}，熵 ${nats}`))}</small></div>`;
}

function images({ x, denoiser, top, weights }: Column, draw: (p: Points, title: string) => Markup): Markup {
  const lines = Array.from(weights, (weight, k) => {
    const picture = draw(rows(top, k, k + 1), `λ = ${number(weight)}`);
    const width = (100 * weight).toFixed(1);
    return html`<div class="weight">${picture}<i style="width: ${width}%"></i><span>${weightText(weight)}</span></div>`;
  });
  return html`<div class="duo">${draw(x, "x_t")}${draw(denoiser, "E[z|x_t]")}<small>x<sub>t</sub></small><small>E[z|x<sub>t</sub>]</small></div>
${lines}`;
}

const weightText = (weight: number): string => (weight >= 0.0005 ? weight.toFixed(3) : "<.001");

/** x_t with a line to its posterior mean, over the data; the heaviest data points have an area in proportion to their weight. */
function cloud({ x, denoiser, top, weights }: Column, data: Points, frame: ReturnType<typeof frameOf>): Markup {
  return scatter(
    [
      { x: data, colour: "--c4", radius: 1, opacity: 0.4 },
      { x: top, colour: "--c1", radius: (k) => Math.max(1.5, 12 * Math.sqrt(weights[k] ?? 0)), opacity: 0.75 },
      { x: denoiser, colour: "--c3", radius: 4.5, opacity: 1 },
      { x, colour: "--c2", radius: 4.5, opacity: 1 },
    ],
    { frame, segments: { from: x, to: denoiser, colour: "--c2" } },
  );
}

const legend = html`<div class="legend"><span><i class="dots" style="--c: var(--c2)"></i>x<sub>t</sub></span><span><i class="dots" style="--c: var(--c3)"></i>E[z|x<sub>t</sub>]</span><span><i class="dots" style="--c: var(--c1)"></i>${both(phrase("the heaviest data points, area in proportion to λ", "权重最大的数据点，面积与 λ 成正比"))}</span></div>`;
