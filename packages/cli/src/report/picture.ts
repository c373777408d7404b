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
  readonly radius?: number;
  /** Opacity of each point. @defaultValue 0.7 */
  readonly opacity?: (b: number) => number;
}

/** Points in the plane of their first two coordinates; a line of points where there is only one. */
export function scatter(clouds: readonly Cloud[], frame: Frame, size = 190): Markup {
  const [w, h] = [frame.high[0] - frame.low[0] || 1, frame.high[1] - frame.low[1] || 1];
  const dot = ({ x, colour, radius = 1.6, opacity = () => 0.7 }: Cloud): Markup[] =>
    Array.from({ length: x.size }, (_, b) => {
      const at = [x.data[b * x.dim] ?? 0, x.dim > 1 ? (x.data[b * x.dim + 1] ?? 0) : 0] as const;
      const cx = (((at[0] - frame.low[0]) / w) * size).toFixed(1);
      const cy = (size - ((at[1] - frame.low[1]) / h) * size).toFixed(1);
      return html`<circle cx="${cx}" cy="${cy}" r="${radius}" style="fill: var(${colour}); opacity: ${opacity(b).toFixed(2)}"/>`;
    });
  return html`<svg class="scatter" viewBox="0 0 ${size} ${size}" role="img">${clouds.flatMap(dot)}</svg>`;
}

/** The window of a scatter plot. */
export interface Frame {
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

/** The window that holds all points with a margin of a tenth, the same scale on both axes. */
export function frameOf(sets: readonly Points[]): Frame {
  const ends: [number, number][] = [0, 1].map((d) => {
    const values = sets.flatMap((x) => Array.from({ length: x.size }, (_, b) => (d < x.dim ? (x.data[b * x.dim + d] ?? 0) : 0)));
    return [values.reduce((a, v) => Math.min(a, v), Infinity), values.reduce((a, v) => Math.max(a, v), -Infinity)];
  });
  const half = 0.55 * Math.max(...ends.map(([low, high]) => high - low), 1e-12);
  const centre = ends.map(([low, high]) => (low + high) / 2);
  const [a = 0, b = 0] = centre;
  return { low: [a - half, b - half], high: [a + half, b + half] };
}
