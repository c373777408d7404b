import {
  atomPath,
  condOt,
  drawBatch,
  evaluateEach,
  fork,
  pathBatch,
  sampleAtoms,
  takeRows,
  uniform,
  zerosLike,
} from "@fluxion/core";
import { targetOracle, wasmPool, wasmProducts } from "@fluxion/kernels";
import { digits } from "./digits.mjs";

/** @typedef {import("@fluxion/core").Rng} Rng */

/** Error of a target's denoiser in radii of the data: a thousandth of what one conditional target is off by. */
const EPSILON = 1e-3;

/**
 * Batches of `size` points of the digits with conditional and with exact targets, from one key the same points, and `held`
 * points with both. One thread finds the exact ones.
 * @param {Rng} rng @param {number} size @param {number} held
 */
export async function digitBatches(rng, size, held) {
  const path = atomPath(condOt(), digits());
  const pool = await wasmPool({ threads: 1 });
  const oracle = await targetOracle(path.atoms, { products: wasmProducts(pool, { dots: "float32" }) });
  const plan = (/** @type {Rng} */ key) => ({
    kind: /** @type {const} */ ("aligned"),
    rows: sampleAtoms(fork(key, "data"), path.atoms, size).indices,
    noise: path.drawSource(fork(key, "source"), size),
    t: uniform(fork(key, "time"), new Float64Array(size)),
  });
  const fixed = drawBatch(path, fork(rng, "held"), held);
  return {
    draws: {
      conditional: async (/** @type {Rng} */ key) => {
        const { rows, noise, t } = plan(key);
        return pathBatch(condOt(), t, noise, takeRows(path.atoms.points, rows));
      },
      exact: (/** @type {Rng} */ key) => oracle.evaluate(condOt(), plan(key), { epsilon: EPSILON, spread: false }),
    },
    held: { ...fixed, exact: evaluateEach(path.field, fixed.t, fixed.xt, zerosLike(fixed.xt)) },
    close: () => pool.close(),
  };
}
