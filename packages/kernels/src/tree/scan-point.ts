import { gamma, type ScanQuery } from "@fluxion/core";
import type { AtomTree } from "./atom-tree.js";
import { type Interactions, ROOT, type Walk } from "./interactions.js";
import { type PointContext, type PointQuery, pointSums } from "./point-sums.js";
import { secondMoments } from "./second-moments.js";
import type { TopAtoms } from "./top-atoms.js";

/** The state of one query, with its errors as in `ScanError`. */
export interface PointScan {
  readonly top: TopAtoms;
  readonly mass: number;
  readonly massSquared: number;
  readonly logitSum: number;
  readonly mean: Float64Array;
  readonly spread: number;
  readonly tangent: Float64Array;
  readonly error: { readonly logit: number; readonly mean: number; readonly mass: number; readonly skipped: number };
  /** Atoms in dropped nodes. */
  readonly dropped: number;
  /** Nodes looked at, atoms weighed and nodes expanded, in all attempts. */
  readonly visits: number;
  readonly terms: number;
}

/** What a scan over one tree needs. */
export interface ScanContext extends PointContext {
  readonly walk: Walk;
  /** max ‖z − c‖ about some c, and max ‖z‖. */
  readonly radius: number;
  readonly norm: number;
}

/** How often the allowance is cut before a scan answers with what it has. */
const ATTEMPTS = 16;

/** What the sums besides the mean may be off, where ε is smaller: their errors are stated, not demanded. */
const SUMS = 1e-2;

/** A walk with so many nodes on a level costs nothing worth saving. */
const FEWEST = 256;

/** Unit roundoff. */
const U = Number.EPSILON / 2;

/**
 * Walks, sums and looks at the bound, with an eighth of the allowance each time, until the mean is within ε·radius, or only
 * atoms are left to sum. Undefined where a quarter of the tree would have to be summed: a scan over all atoms is no dearer.
 */
export function scanPoint(
  context: ScanContext,
  { x, v, top }: { readonly x: Float64Array; readonly v: Float64Array | undefined; readonly top: TopAtoms },
  query: ScanQuery,
  epsilon: number,
): PointScan | undefined {
  const allowed = epsilon * context.radius;
  if (top.logits[0] === -Infinity) return nothingSeen(context.tree, top);
  let visits = top.visits;
  let terms = 0;
  const most = Math.max(FEWEST, 2 ** context.tree.depth / 4);
  let part = 1;
  for (let attempt = 1; ; attempt++) {
    const tile = { centre: x, halves: [] };
    const list = context.walk(tile, query, { mean: 0.75 * part * allowed, share: (part * epsilon) / 32, most }, { ...ROOT, top });
    if (!list.complete) return undefined;
    const point = { x, v, alpha: query.alpha, variance: query.variance, top: top.logits[0] ?? 0 };
    const found = summarise(context, list, point, query);
    visits += list.visits;
    terms += found.terms;
    const { error } = found;
    const bound = error.mean + 2 * context.radius * (Math.tanh(error.logit / 2) + error.skipped);
    const enough = bound <= 0.9 * allowed && error.mass <= Math.max(epsilon, SUMS);
    if (enough || attempt === ATTEMPTS || isExhausted(list)) return { ...found, top, visits, terms, dropped: list.dropped };
    part *= Math.min(1 / 8, Math.max(1e-3, allowed / (2 * bound)));
  }
}

/** Where every weight is zero in float64, as a scan over all atoms answers; nothing is promised. */
function nothingSeen({ dim, size }: AtomTree, top: TopAtoms): PointScan {
  return {
    top,
    mass: 0,
    massSquared: 0,
    logitSum: 0,
    mean: new Float64Array(dim),
    spread: 0,
    tangent: new Float64Array(dim),
    error: { logit: Infinity, mean: Infinity, mass: Infinity, skipped: 1 },
    dropped: size,
    visits: top.visits,
    terms: 0,
  };
}

/** Whether there is nothing left to open. */
function isExhausted({ orders, count, share }: Interactions): boolean {
  return share === 0 && !orders.subarray(0, count).some((order) => order > 0);
}

function summarise(
  context: ScanContext,
  list: Interactions,
  point: PointQuery,
  query: ScanQuery,
): Omit<PointScan, "top" | "visits" | "dropped"> {
  const { tree, radius, norm } = context;
  const { sums, expansions } = pointSums(context, list, point);
  const rounding = gamma(sums.terms + 2 * tree.dim + 32);
  const mean = sums.moment.map((v, d) => (sums.pole[d] ?? 0) + v / sums.mass);
  const drift = Math.hypot(...sums.moment) / sums.mass; // ‖μ̂ − o‖
  const least = sums.mass * (1 - rounding) - sums.massError;
  const logit = logitError(tree, list, point, norm);
  const second = query.spread || point.v ? secondMoments(tree, { list, expansions }, point, mean) : undefined;
  // The weight of an atom in an expansion is relative to e^top only up to the rounding of two logits; Σw² has it twice.
  const offset = expansions.length > 0 ? Math.expm1(4 * logit) : 0;
  const relative = Math.max(
    relativeError(sums.massError, sums.mass),
    relativeError(sums.squaredError, sums.massSquared),
    relativeError(Math.max(0, sums.logitError - logit * least), -sums.logitSum),
    second ? relativeError(second.spreadError, second.spread) : 0,
  );
  return {
    mass: sums.mass,
    massSquared: sums.massSquared,
    logitSum: Math.min(0, sums.logitSum), // each of its terms is at most 0 before rounding
    mean,
    spread: query.spread && second ? second.spread : 0,
    tangent: second?.tangent ?? new Float64Array(tree.dim),
    error: {
      logit,
      mean: least > 0 ? (sums.momentError + drift * sums.massError) / least + rounding * 4 * radius + 4 * U * norm : Infinity,
      mass: relative + offset + 2 * rounding,
      skipped: list.share,
    },
    terms: sums.terms,
  };
}

/** Of a positive sum, relative to its true value; ∞ where that may be 0. */
function relativeError(error: number, computed: number): number {
  if (error === 0) return 0;
  return error < computed ? error / (computed - error) : Infinity;
}

/**
 * Rounding of the logits that were kept: D squares of differences with αz rounded, scaled, added to a log-weight and taken from
 * the largest logit, and the exp of it; the slopes g of expansions, relative to ‖g‖ρ ≤ order + 1.
 */
function logitError(
  { dim, logWeights, heaviestOfAll, moments }: AtomTree,
  { reach }: Interactions,
  query: PointQuery,
  norm: number,
): number {
  const { alpha, variance, top } = query;
  const lost = 1.01 * U * alpha * norm; // ‖fl(αz) − αz‖
  const squares = gamma(dim + 10) * reach * reach + 2 * reach * lost + lost * lost;
  const weights = Math.abs(heaviestOfAll) + Math.log(logWeights.length) + Math.abs(top);
  return squares / (2 * variance) + (64 + 4 * (dim + 4) * (moments.indices.order + 1) + 4 * weights) * U;
}
