/**
 * All multi-indices a ∈ ℕ^D of total degree |a| ≤ p, by degree, so that those of a lower order are a prefix. Every table is
 * read by number: monomials d^a/a! and Hermite products H_a need one multiplication each.
 */
export interface MultiIndices {
  /** D. */
  readonly dim: number;
  /** p. */
  readonly order: number;
  /** How many, C(p + D, D). */
  readonly count: number;
  /** a_j, [count, D]. */
  readonly powers: Uint8Array;
  /** a without one step along `axis`: d^a = d^parent · d_axis; its own number for a = 0. */
  readonly parent: Int32Array;
  /** The last axis with a_j > 0; 0 for a = 0. */
  readonly axis: Uint8Array;
  /** a with a_axis set to 0: H_a = H_rest · H_{a_axis}(g_axis). */
  readonly rest: Int32Array;
  /** a − e_j, [count, D]; −1 where a_j = 0. */
  readonly lower: Int32Array;
  /** 1/a_axis, [count]; 1 for a = 0. */
  readonly inverse: Float64Array;
  /** How many have degree at most n, n = 0 … p. */
  readonly upTo: Int32Array;
}

/** The multi-indices of D axes up to total degree p. */
export function multiIndices(dim: number, order: number): MultiIndices {
  const found: number[][] = [new Array<number>(dim).fill(0)];
  const parent = [0];
  const axis = [0];
  const upTo = [1];
  for (let degree = 1, from = 0; degree <= order; degree++) {
    const to = found.length;
    for (let k = from; k < to; k++) {
      for (let j = axis[k] ?? 0; j < dim; j++) {
        const next = [...(found[k] ?? [])];
        next[j] = (next[j] ?? 0) + 1;
        found.push(next);
        parent.push(k);
        axis.push(j);
      }
    }
    from = to;
    upTo.push(found.length);
  }
  const numbers = new Map(found.map((a, k) => [a.join(), k]));
  const numberOf = (a: readonly number[], j: number, power: number): number =>
    numbers.get(a.map((v, i) => (i === j ? power : v)).join()) ?? -1;
  return {
    dim,
    order,
    count: found.length,
    powers: Uint8Array.from(found.flat()),
    parent: Int32Array.from(parent),
    axis: Uint8Array.from(axis),
    rest: Int32Array.from(found, (a, k) => numberOf(a, axis[k] ?? 0, 0)),
    lower: Int32Array.from(found.flatMap((a) => a.map((power, j) => numberOf(a, j, power - 1)))),
    inverse: Float64Array.from(found, (a, k) => 1 / Math.max(1, a[axis[k] ?? 0] ?? 0)),
    upTo: Int32Array.from(upTo),
  };
}

/** Order of the expansions in R^D: as high as some 84 coefficients a node allow, and no higher than 12. */
export function expansionOrder(dim: number): number {
  return [12, 10, 6, 4, 3, 3][dim - 1] ?? 2;
}

/** d^a/a! of one vector for every multi-index, into `out`. */
export function monomials(indices: MultiIndices, d: Float64Array, out: Float64Array): Float64Array {
  const { count, parent, axis, inverse } = indices;
  out[0] = 1;
  for (let k = 1; k < count; k++) out[k] = (out[parent[k] ?? 0] ?? 0) * (d[axis[k] ?? 0] ?? 0) * (inverse[k] ?? 0);
  return out;
}
