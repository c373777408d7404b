import {
  atomPosterior,
  kernelDensity,
  mixturePosterior,
  sourcePosterior,
  standardNormal,
  type WeightedAtoms,
} from "@fluxion/core";
import { posteriorSuite } from "../../conformance/posterior.js";

posteriorSuite("atoms and kernel densities by one scan", (atoms, options) => atomPosterior(atoms, options), {
  tolerance: 1e-13,
  bandwidths: [0, 0.35],
});

posteriorSuite(
  "atoms under the source N(0, I), as for any source",
  (atoms) => sourcePosterior(atoms, standardNormal(atoms.points.dim)),
  {
    tolerance: 1e-13,
    bandwidths: [0],
    withoutLimit: "at β = 0 the nearest atom depends on the tails of a general source",
  },
);

/** The same weights in the two forms that a mixture keeps. */
const withCumulative = (atoms: WeightedAtoms) => {
  let sum = 0;
  return { ...atoms, cumulative: atoms.logWeights.map((l) => (sum += Math.exp(l))) };
};

posteriorSuite(
  "a kernel density as a Gaussian mixture",
  (atoms, { bandwidth }) =>
    mixturePosterior(
      kernelDensity({ ...withCumulative(atoms), merged: 0, atomOfRow: new Uint32Array(atoms.points.size) }, bandwidth),
    ),
  { tolerance: 1e-13, bandwidths: [0.35, 2] },
);
