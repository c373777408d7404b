import { efmTarget, fork, type Points, points, type Rng, row, type Scheduler, type WeightedAtoms } from "@fluxion/core";
import { placesOf, type TargetPlan } from "./target-plan.js";
import type { Targets } from "./targets.js";
import { targetRoom, writeTarget } from "./write-target.js";

/** How estimated targets are drawn. */
export interface EfmTargetsOptions {
  /** M, the own atom included: 1 is the target of conditional flow matching, N the exact one. */
  readonly references: number;
  /** The source of the draws; target p forks its own stream from it. */
  readonly rng: Rng;
  /** Width h of the Gaussian around every atom. @defaultValue 0 */
  readonly bandwidth?: number;
}

/**
 * Estimates of the targets of a plan from M different atoms each, among them the one that the point was made from: unbiased
 * for every M, with a variance between that of the conditional target (M = 1) and none (M = N). A loss against them has the
 * floor E‖u − u_t(x)‖² of that variance. P·M·D multiply-adds. [Bertrand2025, Proposition 2]
 * @throws RangeError for a plan that does not fit, a time without a finite velocity, or M beyond the atoms.
 */
export function efmTargets(atoms: WeightedAtoms, scheduler: Scheduler, plan: TargetPlan, options: EfmTargetsOptions): Targets {
  const { references, rng, bandwidth = 0 } = options;
  const { size, dim } = atoms.points;
  const places = placesOf(plan, scheduler, { size, dim, bandwidth, logWeights: atoms.logWeights });
  const { traceCov: _, logDensity: __, ...room } = targetRoom(places.length, dim);
  places.forEach((place, p) => {
    const [z, noise] = [row(atoms.points, place.row), row(plan.noise, place.noise)];
    const x = onPath(z, noise, place);
    const { data: mean } = efmTarget(atoms, x, [place.row], {
      alpha: place.at.alpha,
      variance: place.variance,
      references,
      rng: fork(rng, "target", p),
    });
    writeTarget(room, p, { place, z, noise, mean, bandwidth });
  });
  const drawn = places.length * references;
  return {
    ...room,
    certificate: {
      promise: "statistical",
      evaluations: drawn,
      skipped: places.length * size - drawn,
      backend: `${references} references with the own atom`,
    },
    work: { products: drawn * dim, sums: drawn * dim, weights: drawn, rechecked: 0 },
  };
}

function onPath(z: Float64Array, noise: Float64Array, place: ReturnType<typeof placesOf>[number]): Points {
  const scale = place.sign * Math.sqrt(place.variance);
  return points(
    z.map((v, d) => place.at.alpha * v + scale * (noise[d] as number)),
    z.length,
  );
}
