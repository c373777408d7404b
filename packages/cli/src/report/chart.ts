import { html, type Markup } from "./html.js";
import type { Scale } from "./scale.js";
import { both, exactNumber, type Phrase } from "./text.js";

/** One line of a chart. */
export interface Series {
  readonly label: Phrase;
  /** A CSS colour variable of the page, for example `--c1`. */
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Half-widths of a band around the line. */
  readonly band?: readonly number[];
  /** @defaultValue "line" */
  readonly kind?: "line" | "dashed" | "dots";
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

const WIDTH = 480;
const HEIGHT = 260;
const LEFT = 62;
const RIGHT = WIDTH - 20;
const TOP = 10;
const BOTTOM = HEIGHT - 46;

/** Where a value lies in the picture. Far outside is as good as outside: the frame cuts it off. */
const within = (at: number): number => Math.min(1.5, Math.max(-0.5, at));
const fix = (v: number): string => v.toFixed(1);

/**
 * A chart as inline SVG with its legend, readable in both languages. What lies outside of the scales is cut off; a point
 * that is not a finite number interrupts its line.
 */
export function chart({ title, xLabel, yLabel, x, y, series }: Chart): Markup {
  const px = (v: number): number => LEFT + within(x.at(v)) * (RIGHT - LEFT);
  const py = (v: number): number => BOTTOM - within(y.at(v)) * (BOTTOM - TOP);
  const id = title.en.toLowerCase().replace(/[^a-z]+/g, "-");
  const label = (lang: keyof Phrase): Markup =>
    html`<text lang="${lang}" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${xLabel[lang]}</text>`;
  return html`<figure class="chart">
<figcaption id="${id}"><strong>${both(title)}</strong> ${both(yLabel)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}">
${y.ticks.map((v) => html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${fix(py(v))}" y2="${fix(py(v))}"/><text x="${LEFT - 7}" y="${fix(py(v) + 4)}" text-anchor="end">${exactNumber(v)}</text>`)}
${x.ticks.map((v) => html`<line class="mark" x1="${fix(px(v))}" x2="${fix(px(v))}" y1="${BOTTOM}" y2="${BOTTOM + 5}"/><text x="${fix(px(v))}" y="${BOTTOM + 20}" text-anchor="middle">${exactNumber(v)}</text>`)}
<line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${BOTTOM}" y2="${BOTTOM}"/>
<svg x="${LEFT}" y="${TOP}" width="${RIGHT - LEFT}" height="${BOTTOM - TOP}" viewBox="${LEFT} ${TOP} ${RIGHT - LEFT} ${BOTTOM - TOP}">
${series.map((line) => drawn(line, px, py))}
</svg>
${label("en")}${label("zh")}
</svg>
<div class="legend">${series.map(({ label: text, colour, kind = "line" }) => html`<span><i class="${kind}" style="--c: var(${colour})"></i>${both(text)}</span>`)}</div>
</figure>`;
}

type Place = (v: number) => number;

function drawn({ points, band, colour, kind = "line" }: Series, px: Place, py: Place): Markup {
  const known = ([x, y]: readonly [number, number]): boolean => Number.isFinite(x) && Number.isFinite(y);
  if (kind === "dots") {
    const dots = points.filter(known);
    return html`<g style="fill: var(${colour})">${dots.map(([x, y]) => html`<circle cx="${fix(px(x))}" cy="${fix(py(y))}" r="1.5"/>`)}</g>`;
  }
  const runs = runsOf(points.map(([x, y], i) => ({ x, y, half: band?.[i] ?? 0 })));
  const line = (run: readonly Node[]): string => run.map(({ x, y }) => `${fix(px(x))} ${fix(py(y))}`).join("L");
  const edge = (run: readonly Node[], sign: number): Node[] => run.map((p) => ({ ...p, y: p.y + sign * p.half }));
  const area = (run: readonly Node[]): string => `M${line(edge(run, 1))}L${line(edge(run, -1).reverse())}Z`;
  return html`${band ? runs.map((run) => html`<path class="band" style="fill: var(${colour})" d="${area(run)}"/>`) : null}
${runs.map((run) => html`<path class="${kind}" style="stroke: var(${colour})" d="M${line(run)}"/>`)}`;
}

interface Node {
  readonly x: number;
  readonly y: number;
  readonly half: number;
}

/** The stretches of a line without gaps. */
function runsOf(nodes: readonly Node[]): readonly (readonly Node[])[] {
  const runs: Node[][] = [];
  let open = false;
  for (const node of nodes) {
    const known = [node.x, node.y, node.half].every(Number.isFinite);
    if (known && open) runs.at(-1)?.push(node);
    else if (known) runs.push([node]);
    open = known;
  }
  return runs;
}
