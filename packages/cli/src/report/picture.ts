import { type Points, rows } from "@fluxion/core";
import { imageGrid, writePng } from "@fluxion/io";
import { html, type Markup } from "./html.js";

/** The picture that a data point is. */
export interface ImageShape {
  readonly width: number;
  readonly height: number;
}

/** Bytes as a data address, so that the page needs no other file. */
function dataAddress(bytes: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
}

/** One point as a grey image; black is −1 and white is 1. */
export function imageOf(point: Points, shape: ImageShape, title = ""): Markup {
  const bytes = writePng(imageGrid(point.data, { ...shape, gap: 0 }));
  return html`<img src="${dataAddress(bytes)}" width="${shape.width}" height="${shape.height}" alt="${title}" title="${title}">`;
}

/** Every point as an image, in order. */
export function imagesOf(x: Points, shape: ImageShape, title: (b: number) => string = () => ""): Markup[] {
  return Array.from({ length: x.size }, (_, b) => imageOf(rows(x, b, b + 1), shape, title(b)));
}

/** A set of points to scatter, with its colour. */
export interface Cloud {
  readonly x: Points;
  readonly colour: string;
  /** @defaultValue 1.6 */
  readonly radius?: number | ((b: number) => number);
  /** @defaultValue 0.7 */
  readonly opacity?: number;
}

/** What `scatter` needs besides the points. */
export interface ScatterOptions {
  readonly frame: Frame;
  /** Lines between the points of two sets, row by row. */
  readonly segments?: { readonly from: Points; readonly to: Points; readonly colour: string };
}

/** Side of a scatter plot in its own units. */
const SIDE = 190;

/** Points in the plane of their first two coordinates; a line of points where there is only one. What lies outside is cut off. */
export function scatter(clouds: readonly Cloud[], { frame, segments }: ScatterOptions): Markup {
  const place = (x: Points, b: number): [cx: string, cy: string] => {
    const at = (d: 0 | 1): number =>
      ((d < x.dim ? (x.data[b * x.dim + d] ?? 0) : 0) - frame.low[d]) / (frame.high[d] - frame.low[d]);
    return [fix(at(0) * SIDE), fix(SIDE - at(1) * SIDE)];
  };
  const dots = ({ x, colour, radius = 1.6, opacity = 0.7 }: Cloud): Markup =>
    html`<g style="fill: var(${colour}); opacity: ${opacity}">${Array.from({ length: x.size }, (_, b) => {
      const [cx, cy] = place(x, b);
      return html`<circle cx="${cx}" cy="${cy}" r="${typeof radius === "number" ? radius : fix(radius(b))}"/>`;
    })}</g>`;
  const lines = Array.from({ length: segments?.from.size ?? 0 }, (_, b) => {
    if (segments === undefined) return null;
    const [[x1, y1], [x2, y2]] = [place(segments.from, b), place(segments.to, b)];
    return html`<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" style="stroke: var(${segments.colour})"/>`;
  });
  return html`<svg class="scatter" viewBox="0 0 ${SIDE} ${SIDE}" aria-hidden="true">${clouds.map(dots)}${lines}</svg>`;
}

const fix = (v: number): string => v.toFixed(1);

/** The window of a scatter plot. */
export interface Frame {
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

/**
 * The window that holds the points with a margin of a tenth, the same scale on both axes.
 * @param trim The part of each set that may lie outside on every side, so that a few outliers do not make the rest small.
 */
export function frameOf(sets: readonly Points[], trim = 0): Frame {
  const ends = ([0, 1] as const).map((d) => {
    const spans = sets.filter(({ size }) => size > 0).map((x) => span(x, d, trim));
    return { low: Math.min(...spans.map(([low]) => low)), high: Math.max(...spans.map(([, high]) => high)) };
  });
  const [x = { low: 0, high: 0 }, y = x] = ends.map((end) => (end.low <= end.high ? end : { low: 0, high: 0 }));
  const widest = Math.max(x.high - x.low, y.high - y.low);
  const half = widest > 0 ? 0.55 * widest : 1;
  const [a, b] = [(x.low + x.high) / 2, (y.low + y.high) / 2];
  return { low: [a - half, b - half], high: [a + half, b + half] };
}

/** Least and greatest coordinate of a set without the outermost part of it. */
function span(x: Points, d: 0 | 1, trim: number): [low: number, high: number] {
  const values = Float64Array.from({ length: x.size }, (_, b) => (d < x.dim ? (x.data[b * x.dim + d] ?? 0) : 0)).sort();
  const cut = Math.floor(trim * (x.size - 1));
  return [values[cut] ?? 0, values[x.size - 1 - cut] ?? 0];
}
