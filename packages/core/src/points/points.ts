/** A batch of `size` points in R^dim, row-major: coordinate d of point b is `data[b * dim + d]`. */
export interface Points {
  /** [B, D], row-major. */
  readonly data: Float64Array;
  /** B. */
  readonly size: number;
  /** D. */
  readonly dim: number;
}

/**
 * Views a flat array as points of dimension `dim`; does not copy.
 * @throws RangeError when the length is not a multiple of `dim`, or `dim` is not a positive integer.
 */
export function points(data: Float64Array, dim: number): Points {
  const size = data.length / dim;
  if (!Number.isInteger(dim) || dim < 1 || !Number.isInteger(size)) {
    throw new RangeError(
      `Cannot view ${data.length} numbers as points of dim ${dim}: expected a length that is a multiple of dim`,
    );
  }
  return { data, size, dim };
}

/** `size` points at the origin of R^dim. */
export function zeros(size: number, dim: number): Points {
  return { data: new Float64Array(size * dim), size, dim };
}

/** Points of the same shape as `x`, at the origin. */
export function zerosLike(x: Points): Points {
  return zeros(x.size, x.dim);
}

/** Copies rows into an array of points: `pointsOf([[0, 1], [2, 3]])` is two points of the plane. */
export function pointsOf(rows: readonly (readonly number[])[]): Points {
  const dim = rows[0]?.length ?? 0;
  const ragged = rows.findIndex((row) => row.length !== dim);
  if (dim === 0 || ragged >= 0) {
    throw new RangeError(
      `Cannot make points: row ${Math.max(ragged, 0)} has ${rows[ragged]?.length ?? 0} numbers; expected ${dim || "at least 1"}`,
    );
  }
  return points(Float64Array.from(rows.flat()), dim);
}

/** A view of row b of `x`, of length D; does not copy. */
export function row(x: Points, b: number): Float64Array {
  return x.data.subarray(b * x.dim, (b + 1) * x.dim);
}

/** A view of rows `from` (included) to `to` (excluded); does not copy. */
export function rows(x: Points, from: number, to: number): Points {
  return points(x.data.subarray(from * x.dim, to * x.dim), x.dim);
}

/** A copy of the rows with the given indices, in that order. */
export function takeRows(x: Points, indices: ArrayLike<number>): Points {
  const out = zeros(indices.length, x.dim);
  for (let b = 0; b < indices.length; b++) out.data.set(row(x, indices[b]), b * x.dim);
  return out;
}

/** Throws unless every coordinate is finite; `what` names the points in the message. */
export function requireFinite(x: Points, what: string): void {
  const at = x.data.findIndex((v) => !Number.isFinite(v));
  if (at < 0) return;
  const b = Math.floor(at / x.dim);
  throw new RangeError(`Cannot use ${what}: row ${b} has ${x.data[at]} in column ${at % x.dim}; expected finite numbers`);
}
