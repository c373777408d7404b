import { type AtomPath, fork, points, pointsOnPath, rngOf, takeRows } from "@fluxion/core";
import type { PosteriorStrip } from "../report/index.js";

/** Times of the strip: where a posterior over many points gathers on one. */
const TIMES = [0.05, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9];
const KEPT = 6;

/** One pair (z, ε) followed through time: what the posterior knows of z at each. Eq. (M5) */
export function posteriorStrip(path: AtomPath, seed: number): PosteriorStrip["columns"] {
  const rng = fork(rngOf(seed), "posterior strip");
  const z = path.drawData(fork(rng, "data"), 1);
  const noise = path.drawSource(fork(rng, "source"), 1);
  return TIMES.map((t) => {
    const x = pointsOnPath(path.field.scheduler.at(t), z, noise);
    const { values, top } = path.field.quantities(t, x, ["denoiser", "entropy", "ess"], { top: KEPT });
    return {
      t,
      x,
      denoiser: points(values.denoiser ?? new Float64Array(x.dim), x.dim),
      entropy: values.entropy?.[0] ?? 0,
      ess: values.ess?.[0] ?? 0,
      top: takeRows(path.atoms.points, top.indices),
      weights: top.weights,
    };
  });
}
