import { type AtomPath, atomPath, type Scheduler } from "@fluxion/core";
import { badInput } from "../errors.js";
import type { DataSet } from "./data-set.js";

/** The marginal path onto a data set, with the width that the set is smoothed by. @throws CliError for data on a manifold. */
export function pathOf(
  { name, manifold, atoms, bandwidth }: Pick<DataSet, "atoms" | "bandwidth"> & Partial<Pick<DataSet, "name" | "manifold">>,
  scheduler: Scheduler,
): AtomPath {
  if (manifold !== undefined) {
    throw badInput(
      `Cannot use a Gaussian path: the points of "${name}" lie on the ${manifold}; expected --path geodesic, which field, sample and floor take`,
    );
  }
  return atomPath(scheduler, atoms, { bandwidth });
}
