import { html, type Markup } from "./html.js";
import type { Scale } from "./scale.js";
import { both, number, type Phrase } from "./text.js";

/** One line of a chart. */
export interface Series {
  readonly label: Phrase;
  /** A CSS colour variable of the page, for example `--c1`. */
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Half-widths of a band around the line. */
  readonly band?: readonly number[];
  /** @defaultValue "line" */
  readonly kind?: "line" | "dashed" | "dots" | "faint";
}

/** A line chart. */
export interface Chart {
  readonly title: Phrase;
  readonly xLabel: Phrase;
  readonly yLabel: Phrase;
  readonly x: Scale;
  readonly y: Scale;
  readonly series: readonly Series[];
}

const WIDTH = 640;
const HEIGHT = 300;
const MARGIN = { left: 62, right: 14, top: 14, bottom: 44 };

/** A chart as inline SVG with its legend, readable in both languages. */
export function chart({ title, xLabel, yLabel, x, y, series }: Chart): Markup {
  const px = (v: number): number => MARGIN.left + x.at(v) * (WIDTH - MARGIN.left - MARGIN.right);
  const py = (v: number): number => HEIGHT - MARGIN.bottom - clamp(y.at(v)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const label = (at: string, { en, zh }: Phrase): Markup[] =>
    (["en", "zh"] as const).map((lang) => html`<text lang="${lang}" ${{ markup: at }}>${lang === "en" ? en : zh}</text>`);
  const bottom = HEIGHT - MARGIN.bottom;
  return html`<figure class="chart">
<figcaption><strong>${both(title)}</strong></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title.en} · ${title.zh}">
${y.ticks.map((v) => html`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${fix(py(v))}" y2="${fix(py(v))}"/><text class="tick" x="${MARGIN.left - 7}" y="${fix(py(v) + 4)}" text-anchor="end">${number(v)}</text>`)}
${x.ticks.map((v) => html`<line class="mark" x1="${fix(px(v))}" x2="${fix(px(v))}" y1="${bottom}" y2="${bottom + 5}"/><text class="tick" x="${fix(px(v))}" y="${bottom + 18}" text-anchor="middle">${number(v)}</text>`)}
<line class="axis" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${bottom}" y2="${bottom}"/>
${series.map((line) => drawn(line, px, py))}
${label(`class="label" x="${(WIDTH + MARGIN.left) / 2}" y="${HEIGHT - 6}" text-anchor="middle"`, xLabel)}
${label(`class="label" transform="rotate(-90)" x="${-(HEIGHT - MARGIN.bottom + MARGIN.top) / 2}" y="14" text-anchor="middle"`, yLabel)}
</svg>
<div class="legend">${series.map(({ label: text, colour, kind = "line" }) => html`<span><i class="${kind}" style="--c: var(${colour})"></i>${both(text)}</span>`)}</div>
</figure>`;
}

const clamp = (v: number): number => Math.min(1.02, Math.max(-0.02, v));
const fix = (v: number): string => v.toFixed(1);

function drawn({ points, band, colour, kind = "line" }: Series, px: (v: number) => number, py: (v: number) => number): Markup {
  if (kind === "dots") {
    return html`<g style="fill: var(${colour})">${points.map(([x, y]) => html`<circle cx="${fix(px(x))}" cy="${fix(py(y))}" r="1.6"/>`)}</g>`;
  }
  const path = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${fix(px(x))} ${fix(py(y))}`).join("");
  const edge = (sign: number): string[] => points.map(([x, y], i) => `${fix(px(x))} ${fix(py(y + sign * (band?.[i] ?? 0)))}`);
  const area = band
    ? html`<path class="band" style="fill: var(${colour})" d="M${[...edge(1), ...edge(-1).reverse()].join("L")}Z"/>`
    : null;
  return html`${area}<path class="${kind}" style="stroke: var(${colour})" d="${path}"/>`;
}
