import { type Points, requireFinite, row } from "../points/index.js";

/** The k nearest points of a set for every query, nearest first; ties by index. */
export interface Neighbours {
  /** k. */
  readonly count: number;
  /** Rows of the data, [B, k]. */
  readonly indices: Uint32Array;
  /** Euclidean, [B, k]. */
  readonly distances: Float64Array;
}

/** Coordinates summed between two looks at whether the point is already too far. */
const STRIDE = 32;

/** ‖x − z‖², or something above `limit` once it is known to be above. */
function squaredUpTo(x: Float64Array, z: Float64Array, limit: number): number {
  const dim = x.length;
  let sum = 0;
  for (let from = 0; from < dim && sum <= limit; from += STRIDE) {
    const to = Math.min(from + STRIDE, dim);
    for (let d = from; d < to; d++) {
      const step = x[d] - z[d];
      sum += step * step;
    }
  }
  return sum;
}

/** Puts (square, i) into an ascending list of k, behind equals, dropping its last. */
function insert(squares: Float64Array, indices: Uint32Array, square: number, i: number): void {
  let at = squares.length - 1;
  for (; at > 0 && squares[at - 1] > square; at--) {
    squares[at] = squares[at - 1];
    indices[at] = indices[at - 1];
  }
  squares[at] = square;
  indices[at] = i;
}

/**
 * The k nearest rows of `data` for every row of x, exactly, by a scan that leaves a point as soon as it is too far.
 * @throws RangeError when dims differ, a coordinate is not finite, or k is not an integer from 1 to the number of rows.
 */
export function nearestNeighbours(x: Points, data: Points, k: number): Neighbours {
  if (x.dim !== data.dim) {
    throw new RangeError(`Cannot find neighbours: x has dim ${x.dim}, data has dim ${data.dim}; expected equal dims`);
  }
  if (!(Number.isInteger(k) && k >= 1 && k <= data.size)) {
    throw new RangeError(`Cannot find neighbours: k is ${k}; expected an integer from 1 to the ${data.size} points of the data`);
  }
  requireFinite(x, "x");
  requireFinite(data, "data");
  const indices = new Uint32Array(x.size * k);
  const distances = new Float64Array(x.size * k).fill(Infinity);
  for (let b = 0; b < x.size; b++) {
    const query = row(x, b);
    const squares = distances.subarray(b * k, (b + 1) * k);
    const found = indices.subarray(b * k, (b + 1) * k);
    for (let i = 0; i < data.size; i++) {
      const limit = squares[k - 1];
      const square = squaredUpTo(query, row(data, i), limit);
      if (square < limit) insert(squares, found, square, i);
    }
  }
  return { count: k, indices, distances: distances.map(Math.sqrt) };
}
