import { fork, normal, rngOf } from "@fluxion/core";
import { BLOCK_ROWS } from "@fluxion/io";

/**
 * A law of any size: centres from N(0, I), and around each of them `each` rows with noise 0.1·N(0, I), one cluster after the other;
 * more rows are more clusters. Noise is a pool of 2²² draws that every block of 4,096 rows enters at a place of its own, so that
 * ten million rows are made in seconds. `shuffled` deals the rows of all clusters out in turn.
 * @param {{ rows: number, dim: number, each: number, shuffled?: boolean }} law
 * @returns {(first: number, count: number) => Float64Array} Rows from `first`, the first of a block, on: at most a block, valid until the next call.
 */
export function clusteredRows({ rows, dim, each, shuffled = false }) {
  const rng = rngOf(20);
  const pool = normal(fork(rng, "noise"), new Float64Array(2 ** 22));
  const clusters = Math.ceil(rows / each);
  const centers = normal(fork(rng, "centers"), new Float64Array(clusters * dim));
  const out = new Float64Array(BLOCK_ROWS * dim);
  return (first, count) => {
    const start = (Math.imul(first / BLOCK_ROWS + 1, 0x9e3779b1) >>> 0) % pool.length;
    for (let i = 0, at = 0; i < count; i++) {
      const cluster = shuffled ? ((first + i) * 7919) % clusters : Math.floor((first + i) / each);
      for (let d = 0; d < dim; d++, at++) out[at] = centers[cluster * dim + d] + 0.1 * pool[(start + at) & (pool.length - 1)];
    }
    return out.subarray(0, count * dim);
  };
}

/**
 * Points αz + βε, α = t, β = 1 − t, of rows all over a law, [B, D].
 * @param {{ rows: number, dim: number, each: number, shuffled?: boolean }} law
 * @param {number} B
 * @param {number} t
 */
export function queriesOn(law, B, t) {
  const make = clusteredRows(law);
  const x = normal(fork(rngOf(20), "queries"), new Float64Array(B * law.dim));
  for (let b = 0; b < B; b++) {
    const first = Math.floor(((b + 0.5) / B) * Math.ceil(law.rows / BLOCK_ROWS)) * BLOCK_ROWS;
    const row = make(first, 1);
    for (let d = 0; d < law.dim; d++) x[b * law.dim + d] = (1 - t) * x[b * law.dim + d] + t * row[d];
  }
  return x;
}
