import type { Points } from "@fluxion/core";
import type { Rgb, Theme } from "../geometry/colour.js";
import { type Frame, toPixel } from "../geometry/frame.js";

/** Where to draw: a square canvas in CSS pixels. */
export interface Scene {
  readonly context: CanvasRenderingContext2D;
  readonly frame: Frame;
  readonly theme: Theme;
}

/** The colours of what is drawn over a map: legible on both ends of it, told apart by every eye. */
export const inks: Record<Theme, Readonly<Record<"data" | "here" | "mean" | "wrong" | "arrow", string>>> = {
  light: { data: "#4d4d4d", here: "#d55e00", mean: "#007a5a", wrong: "#a3257a", arrow: "#1b1b1b" },
  dark: { data: "#b8bec6", here: "#ff9d4d", mean: "#3fdcae", wrong: "#f08fd0", arrow: "#f2f2f2" },
};

/** Paints one value a cell, rows from the top, smoothly over the frame. */
export function drawMap({ context, frame }: Scene, values: Float64Array, colour: (value: number) => Rgb): void {
  const side = Math.round(Math.sqrt(values.length));
  const image = new ImageData(side, side);
  values.forEach((value, k) => {
    image.data.set([...colour(value), 255], 4 * k);
  });
  const cells = document.createElement("canvas");
  cells.width = cells.height = side;
  cells.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(cells, 0, 0, frame.size, frame.size);
}

/** How discs look: their radius in pixels, one for all or one each. */
export interface DotLook {
  readonly style: string;
  readonly radius: number | ((i: number) => number);
  readonly opacity?: number;
}

/** A disc at every point. */
export function drawDots({ context, frame }: Scene, at: Points, { style, radius, opacity = 1 }: DotLook): void {
  context.save();
  context.fillStyle = style;
  context.globalAlpha = opacity;
  for (let i = 0; i < at.size; i++) {
    const [px, py] = toPixel(frame, [at.data[2 * i] ?? 0, at.data[2 * i + 1] ?? 0]);
    context.beginPath();
    context.arc(px, py, typeof radius === "number" ? radius : radius(i), 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}

/** How an arrow looks. */
export interface ArrowLook {
  readonly style: string;
  readonly width: number;
  readonly opacity?: number;
  readonly dashed?: boolean;
}

/** An arrow from a point of the plane along a vector of it. */
export function drawArrow(
  { context, frame }: Scene,
  from: readonly [number, number],
  along: readonly [number, number],
  { style, width, opacity = 1, dashed = false }: ArrowLook,
): void {
  const [px, py] = toPixel(frame, from);
  const [qx, qy] = toPixel(frame, [from[0] + along[0], from[1] + along[1]]);
  const length = Math.hypot(qx - px, qy - py);
  if (length < 1) return;
  const head = Math.min(length / 2, 4 + 2 * width);
  const angle = Math.atan2(qy - py, qx - px);
  context.save();
  context.strokeStyle = style;
  context.lineWidth = width;
  context.globalAlpha = opacity;
  context.setLineDash(dashed ? [6, 5] : []);
  context.beginPath();
  context.moveTo(px, py);
  context.lineTo(qx, qy);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  for (const side of [-0.45, 0.45]) {
    context.moveTo(qx, qy);
    context.lineTo(qx - head * Math.cos(angle + side), qy - head * Math.sin(angle + side));
  }
  context.stroke();
  context.restore();
}

/** A ring with a point: where x is. */
export function drawHere({ context, frame, theme }: Scene, x: readonly [number, number]): void {
  const [px, py] = toPixel(frame, x);
  context.strokeStyle = inks[theme].here;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(px, py, 7, 0, 2 * Math.PI);
  context.stroke();
  context.fillStyle = inks[theme].here;
  context.beginPath();
  context.arc(px, py, 2, 0, 2 * Math.PI);
  context.fill();
}

/** A cross: a mean. */
export function drawCross({ context, frame, theme }: Scene, at: readonly [number, number]): void {
  const [px, py] = toPixel(frame, at);
  context.strokeStyle = inks[theme].arrow;
  context.lineWidth = 3;
  context.beginPath();
  context.moveTo(px - 7, py - 7);
  context.lineTo(px + 7, py + 7);
  context.moveTo(px - 7, py + 7);
  context.lineTo(px + 7, py - 7);
  context.stroke();
}

/** The way of every point through the states, as lines. */
export function drawTrails({ context, frame, theme }: Scene, states: readonly Points[]): void {
  context.save();
  context.strokeStyle = inks[theme].data;
  context.globalAlpha = 0.35;
  context.lineWidth = 1;
  context.beginPath();
  for (let i = 0; i < (states[0]?.size ?? 0); i++) {
    states.forEach(({ data }, n) => {
      const [px, py] = toPixel(frame, [data[2 * i] ?? 0, data[2 * i + 1] ?? 0]);
      if (n === 0) context.moveTo(px, py);
      else context.lineTo(px, py);
    });
  }
  context.stroke();
  context.restore();
}
