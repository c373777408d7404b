import { outward, type Points, type Reach, type ScanError, type ScanQuery } from "@fluxion/core";
import type { Answer, Asked } from "./answer.js";
import { exactError } from "./exact-error.js";
import { exactScan } from "./exact-scan.js";
import { storageNats } from "./float-error.js";
import { floatQueries } from "./float-queries.js";
import type { HeldAtoms } from "./held-atoms.js";
import { listScan } from "./list-scan.js";

/** Double precision over all atoms. */
export async function scanAll(held: HeldAtoms, { x, query }: Pick<Asked, "x" | "query">, reach: Reach): Promise<Answer> {
  const state = await exactScan(held.pool, held.doubles(), { x, query });
  return { state, error: withStorage(held, exactError(x, query, reach, state), x, query), evaluations: x.size * reach.size };
}

/** Lists of the atoms that matter, one for each query, and what is known of the others: each has less than e^−cut of the largest weight. */
export interface Listed {
  readonly lists: readonly Int32Array[];
  readonly cut: number;
}

/** Double precision over lists of atoms. */
export async function scanListed(held: HeldAtoms, { x, query }: Asked, { lists, cut }: Listed, reach: Reach): Promise<Answer> {
  const state = await listScan(held, lists, { x, query });
  const error = withStorage(held, exactError(x, query, reach, state), x, query);
  const left = outward(reach.size * Math.exp(-cut));
  return {
    state,
    error: { ...error, skipped: error.skipped.map((share) => Math.min(1, share + left)) },
    evaluations: lists.reduce((sum, list) => sum + list.length, 0),
  };
}

/** Adds what storage lost where the atoms in double precision are not at hand. */
export function withStorage({ bound, reach }: HeldAtoms, error: ScanError, x: Points, query: ScanQuery): ScanError {
  if (bound.atoms !== undefined) return error;
  const { length, lost } = floatQueries(bound, x, query);
  return {
    ...error,
    logit: error.logit.map((delta, b) => delta + storageNats(reach, query, (length[b] ?? Infinity) + (lost[b] ?? Infinity))),
    mean: error.mean.map((m) => m + bound.storageError),
  };
}
