import { type Points, type Reach, type ScanError, type ScanQuery, takeRows } from "@fluxion/core";
import { type Answer, type Asked, errorRows, joined, rowsOf } from "./answer.js";
import { cutOf, wantsMoments } from "./cut.js";
import { scanAll, scanListed } from "./double-scan.js";
import { floatError } from "./float-error.js";
import { type FloatQueries, floatQueries } from "./float-queries.js";
import { floatScan } from "./float-scan.js";
import type { HeldAtoms } from "./held-atoms.js";
import { screen } from "./screen.js";

/**
 * Atoms in many dimensions, row by row: sums in single precision where their error is known beforehand to suffice; else double
 * precision over the atoms that single precision cannot rule out; and over all where these are too many.
 */
export async function manyDimensions(held: HeldAtoms, asked: Asked, reach: Reach): Promise<Answer> {
  const { x, query, epsilon } = asked;
  const { radius, size } = held.bound;
  const cut = cutOf(size, epsilon);
  const queries = floatQueries(held.bound, x, query);
  const error = floatError(held.reach, queries, query, cut);
  const all = Array.from({ length: x.size }, (_, b) => b);
  const summed = wantsMoments(query) ? [] : all.filter((b) => promised(error, b, radius) <= epsilon * radius);
  const parts: { rows: readonly number[]; answer: Answer }[] = [];
  if (summed.length > 0) {
    const state = await floatScan(held, { ...singles(asked, queries, summed), cut });
    parts.push({ rows: summed, answer: { state, error: errorRows(error, summed), evaluations: summed.length * size } });
  }
  const { rows, lists } = await screened(held, asked, { queries, error, cut, done: new Set(summed) });
  if (rows.length > 0) parts.push({ rows, answer: await scanListed(held, rowsOf(asked, rows), { lists, cut }, reach) });
  const done = new Set([...summed, ...rows]);
  const rest = all.filter((b) => !done.has(b));
  if (rest.length > 0) parts.push({ rows: rest, answer: await scanAll(held, rowsOf(asked, rest), reach) });
  return joined(asked, parts);
}

/** What `certifyScan` will say at worst, before anything is known of the posterior. */
function promised(error: ScanError, b: number, radius: number): number {
  return 2 * radius * (Math.tanh((error.logit[b] ?? Infinity) / 2) + (error.skipped[b] ?? 1)) + (error.mean[b] ?? Infinity);
}

/** Some rows of queries as single precision reads them. */
function singles(
  { query }: Asked,
  queries: FloatQueries,
  rows: readonly number[],
): { x: Points; query: ScanQuery; shift: Float64Array } {
  return { x: takeRows(queries.rows, rows), query, shift: Float64Array.from(rows, (b) => queries.shift[b] ?? 0) };
}

/** What screening starts from. */
interface Screening {
  readonly queries: FloatQueries;
  readonly error: ScanError;
  readonly cut: number;
  readonly done: ReadonlySet<number>;
}

/** The rows for which few atoms matter, with their lists. */
async function screened(
  held: HeldAtoms,
  asked: Asked,
  { queries, error, cut, done }: Screening,
): Promise<{ rows: number[]; lists: Int32Array[] }> {
  const out = { rows: [] as number[], lists: [] as Int32Array[] };
  const rows = [...error.logit.keys()].filter((b) => !done.has(b) && (error.logit[b] ?? Infinity) < Infinity);
  if (rows.length === 0) return out;
  const delta = Float64Array.from(rows, (b) => error.logit[b] ?? Infinity);
  const lists = await screen(held, { ...singles(asked, queries, rows), cut, delta });
  for (const [k, b] of rows.entries()) {
    const list = lists[k];
    if (list === undefined) continue;
    out.rows.push(b);
    out.lists.push(list);
  }
  return out;
}
