import {
  emptyScan,
  gamma,
  outward,
  type Points,
  type Reach,
  type Scan,
  type ScanError,
  type ScanQuery,
  type ScanState,
  takeRows,
} from "@fluxion/core";
import { exactError } from "./exact-error.js";
import { exactScan } from "./exact-scan.js";
import { EXP, floatError, storageNats } from "./float-error.js";
import { type FloatQueries, floatQueries } from "./float-queries.js";
import { floatScan } from "./float-scan.js";
import { type HeldAtoms, isFew } from "./held-atoms.js";
import { listScan } from "./list-scan.js";
import { copyState } from "./read-state.js";
import { screen } from "./screen.js";

/** A question: where, which scan, and how far off the mean may be, in radii of the data. */
export interface Asked {
  readonly x: Points;
  readonly query: ScanQuery;
  readonly epsilon: number;
}

/** What answers some rows. */
interface Answer {
  readonly state: ScanState;
  readonly error: ScanError;
  /** Pairs whose weight was computed. */
  readonly evaluations: number;
}

/** Weights below e⁻⁸⁰ are never worth their products, which would come near denormal numbers. */
const DEEPEST = 80;

/** How far below the largest logit N atoms are together an eighth of what ε allows. */
const cutOf = (size: number, epsilon: number): number => Math.min(DEEPEST, Math.log((32 * size) / Math.min(1, epsilon)));

/**
 * A scan whose bound is at most ε, as cheaply as each row allows: by sums in single precision where their error is known
 * beforehand to suffice; else by double precision over the atoms that single precision cannot rule out; else, and where
 * second moments are wanted of a broad posterior, by double precision over all.
 */
export async function certifiedScan(held: HeldAtoms, asked: Asked, reach: Reach): Promise<Scan> {
  const { x, query } = asked;
  const size = held.bound.size;
  const wanted = query.spread || query.tangent !== undefined;
  if (isFew(held.bound)) {
    const double = wanted || asked.epsilon < 4 * EXP; // 2r·tanh(δ/2) with δ a little more than EXP
    const answer = double ? await everything(held, asked, reach) : await fewDimensions(held, asked, reach);
    return { ...answer, skipped: 0 };
  }
  const cut = cutOf(size, asked.epsilon);
  const queries = floatQueries(held.bound, x, query);
  const error = floatError(held.reach, queries, query, cut);
  const enough = (b: number): boolean => !wanted && promised(error, b, held.bound.radius) <= asked.epsilon * held.bound.radius;
  const all = Array.from({ length: x.size }, (_, b) => b);
  const summed = all.filter(enough);
  const unsure = all.filter((b) => !enough(b) && (error.logit[b] ?? Infinity) < Infinity);
  const out = { state: emptyScan(x.size, x.dim, query), error: emptyError(x.size) };
  let evaluations = 0;
  const put = (rows: readonly number[], answer: Answer): void => {
    for (const [k, b] of rows.entries()) scatter(answer, k, out, b);
    evaluations += answer.evaluations;
  };
  if (summed.length > 0) {
    const part = partOf(asked, queries, summed);
    const state = await floatScan(held, { ...part, cut });
    put(summed, { state, error: errorRows(error, summed), evaluations: summed.length * size });
  }
  const lists =
    unsure.length === 0
      ? []
      : await screen(held, {
          ...partOf(asked, queries, unsure),
          cut,
          delta: Float64Array.from(unsure, (b) => error.logit[b] ?? 0),
        });
  const few = unsure.filter((_, k) => lists[k] !== undefined);
  if (few.length > 0)
    put(
      few,
      await listed(
        held,
        rowsOf(asked, few),
        lists.filter((list) => list !== undefined),
        { reach, cut },
      ),
    );
  const rest = all.filter((b) => !enough(b) && !few.includes(b));
  if (rest.length > 0) put(rest, await everything(held, rowsOf(asked, rest), reach));
  return { ...out, evaluations, skipped: x.size * size - evaluations };
}

/** What `certifyScan` will say at worst, before anything is known of the posterior. */
function promised(error: ScanError, b: number, radius: number): number {
  return 2 * radius * (Math.tanh((error.logit[b] ?? Infinity) / 2) + (error.skipped[b] ?? 1)) + (error.mean[b] ?? Infinity);
}

/** Double precision over all atoms. */
export async function everything(held: HeldAtoms, { x, query }: Pick<Asked, "x" | "query">, reach: Reach): Promise<Answer> {
  const size = held.bound.size;
  const state = await exactScan(held.pool, held.doubles(), size, { x, query });
  return { state, error: stored(held, exactError(x, query, reach, state), x, query), evaluations: x.size * size };
}

/** Double precision over lists of atoms; the others have less than e^−cut of the largest weight each. */
async function listed(
  held: HeldAtoms,
  { x, query }: Asked,
  lists: readonly Int32Array[],
  { reach, cut }: { readonly reach: Reach; readonly cut: number },
): Promise<Answer> {
  const state = await listScan(held, lists, { x, query });
  const error = stored(held, exactError(x, query, reach, state), x, query);
  const left = outward(reach.size * Math.exp(-cut));
  return {
    state,
    error: { ...error, skipped: error.skipped.map((share) => Math.min(1, share + left)) },
    evaluations: lists.reduce((sum, list) => sum + list.length, 0),
  };
}

/**
 * Double precision logits and sums, and exp in single precision: its error, one exp of double precision for each of at most
 * N/1024 rescalings, and the sums that are cut there.
 */
async function fewDimensions(held: HeldAtoms, { x, query, epsilon }: Asked, reach: Reach): Promise<Answer> {
  const cut = cutOf(reach.size, epsilon);
  const state = await floatScan(held, { x, query, cut });
  const error = stored(held, exactError(x, query, reach, state), x, query);
  const sums = gamma(Math.ceil(reach.size / 16) + 1024);
  const logit = error.logit.map((delta) => delta + EXP + 2 * sums);
  return {
    state,
    error: {
      ...error,
      logit,
      mean: error.mean.map((m) => m + sums * reach.norm),
      mass: error.mass.map((m) => m + sums),
      skipped: error.skipped.map((share, b) =>
        Math.min(1, share + outward(reach.size * Math.exp(2 * (logit[b] ?? Infinity) - cut))),
      ),
    },
    evaluations: x.size * reach.size,
  };
}

/** Adds what storage lost where the atoms in double precision are not at hand. */
function stored({ bound, reach }: HeldAtoms, error: ScanError, x: Points, query: ScanQuery): ScanError {
  if (bound.atoms !== undefined) return error;
  const { length, lost } = floatQueries(bound, x, query);
  return {
    ...error,
    logit: error.logit.map((delta, b) => delta + storageNats(reach, query, (length[b] ?? Infinity) + (lost[b] ?? Infinity))),
    mean: error.mean.map((m) => m + bound.storageError),
  };
}

/** Some rows of a question. */
function rowsOf({ x, query, epsilon }: Asked, rows: readonly number[]): Asked {
  const tangent = query.tangent && takeRows(query.tangent, rows);
  return { x: takeRows(x, rows), query: { ...query, tangent }, epsilon };
}

/** Some rows of queries in single precision. */
function partOf(
  asked: Asked,
  queries: FloatQueries,
  rows: readonly number[],
): { x: Points; query: ScanQuery; shift: Float64Array } {
  const { query } = rowsOf(asked, rows);
  return { x: takeRows(queries.rows, rows), query, shift: Float64Array.from(rows, (b) => queries.shift[b] ?? 0) };
}

const PARTS = ["logit", "shift", "mean", "mass", "skipped"] as const;

function emptyError(size: number): ScanError {
  const none = (): Float64Array => new Float64Array(size);
  return { logit: none(), shift: none(), mean: none(), mass: none(), skipped: none() };
}

function errorRows(error: ScanError, rows: readonly number[]): ScanError {
  const out = emptyError(rows.length);
  for (const part of PARTS) out[part].set(rows.map((b) => error[part][b] ?? Infinity));
  return out;
}

/** Row k of an answer becomes row b of the whole. */
function scatter(answer: Answer, k: number, whole: Omit<Answer, "evaluations">, b: number): void {
  for (const part of PARTS) whole.error[part][b] = answer.error[part][k] ?? Infinity;
  copyState(answer.state, whole.state, { from: k, to: b, count: 1 });
}
