import {
  adaptive,
  condOt,
  diagonalMoons,
  dopri5,
  eightGaussians,
  fork,
  normal,
  pathBatch,
  pointSpace,
  points,
  rows,
  solveAsync,
  takeRows,
  uniform,
  uniformGrid,
  wasserstein2,
  zerosLike,
} from "@fluxion/core";
import { evaluate } from "@fluxion/train";
import { eightToMoonsVelocity } from "./eight-to-moons.mjs";

/** @typedef {import("@fluxion/core").Rng} Rng */
/** @typedef {import("@fluxion/core").Points} Points */
/** @typedef {import("@fluxion/train").NetworkField} NetworkField */

/** Ends of both planar protocols: eight Gaussians, and torchdyn's moons on their grid of angles. @param {Rng} rng @param {number} n */
export const drawEnds = (rng, n) => ({ x0: eightGaussians(fork(rng, "x0"), n), x1: diagonalMoons(fork(rng, "x1"), n) });

/**
 * Points on straight paths between coupled ends in a cloud of deviation `sigma`, with targets x1 − x0.
 * @param {Rng} rng @param {{ x0: Points, x1: Points }} ends @param {number} sigma
 */
export function straightBatch(rng, { x0, x1 }, sigma) {
  const batch = pathBatch(condOt(), uniform(fork(rng, "t"), new Float64Array(x1.size)), x0, x1);
  if (sigma > 0) {
    normal(fork(rng, "cloud"), new Float64Array(batch.xt.data.length)).forEach((e, d) => {
      batch.xt.data[d] += sigma * e;
    });
  }
  return batch;
}

/** Ends of one draw, paired. @param {{ x0: Points, x1: Points }} ends @param {import("@fluxion/core").Coupling} coupling @param {Rng} rng */
export function coupled(ends, coupling, rng) {
  const { rows0, rows1 } = coupling.couple(ends, rng);
  return { x0: takeRows(ends.x0, rows0), x1: takeRows(ends.x1, rows1) };
}

/**
 * Loss of a field on 8,192 fresh points, a coordinate; where the pairs are independent, also the loss of the exact field of
 * the law that the protocol trains on, and the distance to it (Eq. (M8)).
 * @param {NetworkField} field @param {Rng} rng
 * @param {{ drawn: number, sigma: number, coupling: import("@fluxion/core").Coupling }} protocol
 */
export async function lossOf(field, rng, { drawn, sigma, coupling }) {
  const size = 8192;
  const parts = Array.from({ length: size / drawn }, (_, i) => {
    const stream = fork(rng, "evaluation", i);
    return coupled(drawEnds(stream, drawn), coupling, fork(stream, "coupling"));
  });
  const batch = straightBatch(rng, { x0: joined(parts.map(({ x0 }) => x0)), x1: joined(parts.map(({ x1 }) => x1)) }, sigma);
  const independent = coupling.name === "independent";
  const exact = independent ? { exact: eightToMoonsVelocity(batch.t, batch.xt, { angles: drawn / 2, sigma }) } : {};
  const { loss, exactLoss, fieldError } = await evaluate(field, { ...batch, ...exact });
  const half = (/** @type {import("@fluxion/core").Estimate | undefined} */ e) =>
    e && { mean: e.mean / 2, standardError: e.standardError / 2 };
  return { loss: half(loss), floor: half(exactLoss), excess: half(fieldError) };
}

/** @param {readonly Points[]} parts */
function joined(parts) {
  const data = new Float64Array(parts.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return points(data, 2);
}

/** One Euler step from t = 0 to t = 1. @param {NetworkField} field @param {Points} x0 */
export async function eulerOnce(field, x0) {
  const v = await field.evaluate(0, x0, zerosLike(x0));
  return points(
    x0.data.map((x, d) => x + v.data[d]),
    x0.dim,
  );
}

/**
 * Dormand–Prince with relative and absolute tolerance 1e-4, in batches of 256 points that share their steps, as C²OT has it.
 * @param {NetworkField} field @param {Points} x0
 */
export async function adaptively(field, x0) {
  const ends = zerosLike(x0);
  let evaluations = 0;
  let batches = 0;
  for (let from = 0; from < x0.size; from += 256, batches++) {
    const start = rows(x0, from, Math.min(from + 256, x0.size));
    const steps = adaptive(pointSpace, dopri5, start, uniformGrid(1), { rtol: 1e-4, atol: 1e-4 });
    const { y, status, nfe } = await solveAsync(steps, field);
    if (status !== "done") throw new Error(`the solve of rows ${from} … ended with "${status}"`);
    ends.data.set(y.data, from * x0.dim);
    evaluations += nfe;
  }
  return { ends, nfe: evaluations / batches };
}

/** W₂² of both solvers from fresh noise to a fresh draw of the moons on their grid, by exact assignment. @param {NetworkField} field @param {Rng} rng @param {number} n */
export async function transportOf(field, rng, n) {
  const { x0, x1 } = drawEnds(fork(rng, "test"), n);
  const { ends, nfe } = await adaptively(field, x0);
  return {
    points: n,
    adaptive: wasserstein2(ends, x1).w2Squared,
    nfe,
    euler: wasserstein2(await eulerOnce(field, x0), x1).w2Squared,
  };
}
