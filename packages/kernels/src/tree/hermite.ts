import type { MultiIndices } from "./multi-index.js";

/** Where an expansion is evaluated: g·ρ, [D], and hρ², so that moments in units of ρ apply. */
export interface Slope {
  readonly slope: Float64Array;
  readonly curvature: number;
}

/** H_a of all multi-indices: Π_j H_{a_j}(g_j), H₀ = 1, H_{n+1} = g H_n − n h H_{n−1}. */
export type HermiteTable = (at: Slope) => Float64Array;

/** A table for all multi-indices, in its own memory. */
export function hermiteTable({ dim, order, count, axis, rest, powers }: MultiIndices): HermiteTable {
  const lines = new Float64Array(dim * (order + 1)); // H_n(g_j), [D, p + 1]
  const table = new Float64Array(count);
  return ({ slope, curvature }) => {
    for (let j = 0; j < dim; j++) {
      const g = slope[j] ?? 0;
      let before = 0;
      let now = 1;
      for (let n = 0, at = j * (order + 1); n <= order; n++, at++) {
        lines[at] = now;
        const next = g * now - n * curvature * before;
        before = now;
        now = next;
      }
    }
    table[0] = 1;
    for (let a = 1; a < count; a++) {
      const j = axis[a] ?? 0;
      table[a] = (table[rest[a] ?? 0] ?? 0) * (lines[j * (order + 1) + (powers[a * dim + j] ?? 0)] ?? 0);
    }
    return table;
  };
}

/** Σ_a c_a H_a = E[e^u] from scaled moments c, at `base` of `values`. */
export function expandMass({ count }: MultiIndices, table: Float64Array, values: Float64Array, base: number): number {
  let sum = 0;
  for (let a = 0; a < count; a++) sum += (values[base + a] ?? 0) * (table[a] ?? 0);
  return sum;
}

/** E[e^u d/ρ] = ∇_g E[e^u]: Σ_a c_a a_j H_{a − e_j}, into `out`, [D]. */
export function expandMean(indices: MultiIndices, table: Float64Array, { values, base }: Block, out: Float64Array): Float64Array {
  const { count, dim, powers, lower } = indices;
  out.fill(0);
  for (let a = 1; a < count; a++) {
    const c = values[base + a] ?? 0;
    for (let j = 0, at = a * dim; j < dim; j++, at++) {
      const power = powers[at] ?? 0;
      if (power > 0) out[j] = (out[j] ?? 0) + c * power * (table[lower[at] ?? 0] ?? 0);
    }
  }
  return out;
}

/** Where the moments of one node are. */
export interface Block {
  readonly values: Float64Array;
  readonly base: number;
}

/** E[e^u ‖d/ρ‖²], the Laplacian in g. */
export function expandSpread(indices: MultiIndices, table: Float64Array, { values, base }: Block): number {
  const { count, dim, powers, lower, upTo } = indices;
  let sum = 0;
  for (let a = upTo[1] ?? 0; a < count; a++) {
    const c = values[base + a] ?? 0;
    for (let j = 0, at = a * dim; j < dim; j++, at++) {
      const power = powers[at] ?? 0;
      if (power > 1) sum += c * power * (power - 1) * (table[lower[(lower[at] ?? 0) * dim + j] ?? 0] ?? 0);
    }
  }
  return sum;
}

/** E[e^u (d/ρ)(d/ρ · v)], the Hessian in g times v, into `out`, [D]. */
export function expandTangent(
  indices: MultiIndices,
  table: Float64Array,
  { values, base, v }: Block & { readonly v: Float64Array },
  out: Float64Array,
): Float64Array {
  const { count, dim, powers, lower, upTo } = indices;
  out.fill(0);
  for (let a = upTo[1] ?? 0; a < count; a++) {
    const c = values[base + a] ?? 0;
    for (let i = 0; i < dim; i++) {
      const power = powers[a * dim + i] ?? 0;
      if (power === 0) continue;
      const below = lower[a * dim + i] ?? 0; // a − e_i
      for (let j = 0; j < dim; j++) {
        const second = powers[below * dim + j] ?? 0;
        if (second > 0) out[i] = (out[i] ?? 0) + c * power * second * (v[j] ?? 0) * (table[lower[below * dim + j] ?? 0] ?? 0);
      }
    }
  }
  return out;
}
