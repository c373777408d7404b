import { type AtomPath, atomPath, type Scheduler } from "@fluxion/core";
import type { DataSet } from "./data-set.js";

/** The marginal path onto a data set, with the width that the set is smoothed by. */
export function pathOf({ atoms, bandwidth }: Pick<DataSet, "atoms" | "bandwidth">, scheduler: Scheduler): AtomPath {
  return atomPath(scheduler, atoms, { bandwidth });
}
