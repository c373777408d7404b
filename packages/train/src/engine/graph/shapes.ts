import { type Shape, sizeOf } from "../tensor.js";
import type { Builder } from "./builder.js";
import type { Node } from "./node.js";

/** A shape as messages show it. */
export const shown = (shape: Shape): string => `[${shape.join(", ")}]`;

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

/** The shape of an elementwise result: axes align at the last, and an axis of length 1 repeats. */
export function broadcastShape(action: string, shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const longest = lengths.find((length) => length !== 1) ?? 1;
    if (lengths.every((length) => length === 1 || length === longest)) return longest;
    throw new RangeError(`Cannot ${action}: the shapes are ${shapes.map(shown).join(" and ")}; expected shapes that broadcast`);
  });
}

/** Sums over the axes that broadcasting from `shape` repeated: the transpose of a broadcast. */
export function sumTo(b: Builder, x: Node, shape: Shape): Node {
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((length, axis) => (axis < extra || (shape[axis - extra] === 1 && length !== 1) ? [axis] : []));
  return b.reshape(b.sum(x, axes), shape);
}

/** The shape with `length` at one axis. */
export function withAxis(shape: Shape, axis: number, length: number): Shape {
  return shape.map((old, i) => (i === axis ? length : old));
}

/** Throws unless an axis exists. */
export function requireAxis(action: string, axis: number, shape: Shape): void {
  if (Number.isInteger(axis) && axis >= 0 && axis < shape.length) return;
  throw new RangeError(`Cannot ${action}: the axis is ${axis} of ${shown(shape)}; expected a whole number below ${shape.length}`);
}

/** Zeros of a shape. */
export function zeros(b: Builder, shape: Shape): Node {
  return b.broadcast(b.scalar(0), shape);
}

/** How far one entry is from the next, for each axis of a row-major array. */
export function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}
