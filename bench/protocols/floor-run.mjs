import { diagonalMoons, fork, rngOf, wasserstein2 } from "@fluxion/core";
import { planar } from "./planar-run.mjs";

/** What a perfect generator scores once: W₂² of independent draws of the moons against a draw on the protocol's grid of angles. @param {number} seed */
export function floorRun(seed) {
  const { points } = planar.moons;
  const rng = rngOf(seed);
  const generated = diagonalMoons(fork(rng, "generated"), points, { iid: true });
  return { points, w2Squared: wasserstein2(generated, diagonalMoons(fork(rng, "reference"), points)).w2Squared };
}
