import { type Points, points } from "@fluxion/core";

/** The square [−reach, reach]² of the plane, drawn on a square of `size` pixels with y upwards. */
export interface Frame {
  readonly reach: number;
  readonly size: number;
}

/** How far the frame reaches so that data and noise lie inside: a tenth beyond the data, no less than 3.2 (of N(0, I)). */
export function reachOf(data: Points): number {
  return 1.1 * data.data.reduce((most, v) => Math.max(most, Math.abs(v)), 3.2 / 1.1);
}

/** Pixels of a point of the plane. */
export function toPixel({ reach, size }: Frame, [x, y]: readonly [number, number]): [number, number] {
  return [((x / reach + 1) / 2) * size, ((1 - y / reach) / 2) * size];
}

/** The point of the plane at a pixel; inverse of `toPixel`. */
export function toPlane({ reach, size }: Frame, [px, py]: readonly [number, number]): [number, number] {
  return [((2 * px) / size - 1) * reach, (1 - (2 * py) / size) * reach];
}

/** The centres of `side` × `side` equal cells of the frame, rows from the top, [side², 2]. */
export function cellCentres(reach: number, side: number): Points {
  const data = new Float64Array(2 * side * side);
  for (let k = 0; k < side * side; k++) {
    data.set(toPlane({ reach, size: side }, [(k % side) + 0.5, Math.floor(k / side) + 0.5]), 2 * k);
  }
  return points(data, 2);
}
