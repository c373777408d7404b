import { type Floor, floorOf, fork, type MarginalPath, rngOf } from "@fluxion/core";
import type { Progress } from "../progress/index.js";
import { format } from "../terminal/index.js";
import type { ClassPaths } from "./class-paths.js";

/** What a measurement of the floor depends on besides the path. */
export interface MeasureFloorOptions {
  readonly seed: number;
  /** Pairs (z, ε). */
  readonly samples: number;
  /** What an error of the velocity at t counts. @defaultValue 1 */
  readonly weight?: (t: number) => number;
}

/** The floor of the loss with progress; the same seed gives the same floor in every command. Eq. (M8) */
export function measureFloor(path: MarginalPath, { seed, samples, weight }: MeasureFloorOptions, progress: Progress): Floor {
  const task = progress.start("floor", undefined, "nodes");
  let nodes = 0;
  const floor = floorOf(path, {
    rng: fork(rngOf(seed), "floor"),
    samples,
    ...(weight ? { weight } : {}),
    onProgress: (s) => task.update(++nodes, `α/β = ${format.number(s, 3)}`),
  });
  task.end(`V = ${format.number(floor.value)} ± ${format.number(floor.standardError, 2)}`);
  return floor;
}

/**
 * The floor of a network that knows the class: Σ_y p(y) V_y, V_y the floor of the path onto class y alone. It lies below the
 * floor without classes by what the class tells of the data point. Eq. (M8)
 */
export function measureClassFloor(
  { paths, shares }: ClassPaths,
  options: MeasureFloorOptions,
  progress: Progress,
): Pick<Floor, "value" | "standardError"> {
  const floors = paths.map((path) => measureFloor(path, options, progress));
  const value = floors.reduce((sum, floor, k) => sum + (shares[k] ?? 0) * floor.value, 0);
  return { value, standardError: Math.hypot(...floors.map((floor, k) => (shares[k] ?? 0) * floor.standardError)) };
}

/** The floor as commands print it; `exact` is H(data), null where it is infinite. Eq. (M10) */
export function floorJson(floor: Floor, path: Pick<MarginalPath, "entropy">): object {
  return {
    floor: floor.value,
    standardError: floor.standardError,
    perDim: floor.perDim,
    quadratureError: floor.quadratureError,
    byTime: floor.byTime,
    entropy: {
      area: floor.area?.mean ?? null,
      standardError: floor.area?.standardError ?? null,
      exact: Number.isFinite(path.entropy) ? path.entropy : null,
    },
  };
}
