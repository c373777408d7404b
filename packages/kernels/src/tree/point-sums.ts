import type { ScanQuery } from "@fluxion/core";
import { type AtomTree, endOf, startOf } from "./atom-tree.js";
import { expandMass, expandMean, expandSpread, expandTangent, type HermiteTable, hermiteTable } from "./hermite.js";
import type { Interactions } from "./interactions.js";
import { majorantTails } from "./tails.js";

/** Sums over the atoms of a list at one x, weights relative to e^top, places relative to a pole o. */
export interface PointSums {
  /** o, [D]. */
  readonly pole: Float64Array;
  mass: number;
  massSquared: number;
  /** Σw(ℓ − top). */
  logitSum: number;
  /** Σw(z − o), [D]. */
  readonly moment: Float64Array;
  /** What expansions may be off: of each sum above, Σw(z − o) as a norm. */
  massError: number;
  squaredError: number;
  logitError: number;
  momentError: number;
  /** Atoms weighed and nodes expanded. */
  terms: number;
}

/** One expanded node at one x; lengths in the units of the data. */
export interface Expansion {
  /** w of the whole node if all its atoms stood at its mean, relative to e^top. */
  base: number;
  /** E[e^u], E[e^u d], E[e^u‖d‖²], E[e^u d(d·v)]. */
  mass: number;
  readonly mean: Float64Array;
  spread: number;
  readonly tangent: Float64Array;
  /** Their errors; of the last two in one. */
  massTail: number;
  meanTail: number;
  spreadTail: number;
}

/** What all points of a scan share. */
export interface PointContext {
  readonly tree: AtomTree;
  readonly table: HermiteTable;
  readonly tails: Float64Array;
  readonly slope: Float64Array;
  readonly rounding: number;
}

/** The memory of a scan over one tree. @param rounding - η of `momentRounding` */
export function pointContext(tree: AtomTree, rounding: number): PointContext {
  const { indices } = tree.moments;
  return {
    tree,
    table: hermiteTable(indices),
    tails: new Float64Array(indices.order + 2),
    slope: new Float64Array(tree.dim),
    rounding,
  };
}

/** A query at one x. */
export interface PointQuery extends Pick<ScanQuery, "alpha" | "variance"> {
  /** [D]. */
  readonly x: Float64Array;
  /** The largest logit, what all weights are relative to. */
  readonly top: number;
  /** A direction, [D]. */
  readonly v: Float64Array | undefined;
}

/**
 * All sums of a list at one x, and its expansions for second moments. Per node, with b the logit of its mean:
 * Σw = e^b E[e^u], Σw(ℓ − top) = e^b(E[e^u log π_i] + (b − log Π − top)E[e^u] + E[e^u u]), E[e^u u] = g·E[e^u d] − (h/2)E[e^u‖d‖²], and
 * Σw² is Σw under π² at 2g and 2h.
 */
export function pointSums(
  context: PointContext,
  list: Interactions,
  query: PointQuery,
): { sums: PointSums; expansions: Expansion[] } {
  const { dim } = context.tree;
  const sums: PointSums = {
    pole: list.anchor.slice(),
    mass: 0,
    massSquared: 0,
    logitSum: 0,
    moment: new Float64Array(dim),
    massError: 0,
    squaredError: 0,
    logitError: 0,
    momentError: 0,
    terms: 0,
  };
  const expansions: Expansion[] = [];
  for (let k = 0; k < list.count; k++) {
    const node = list.nodes[k] ?? 0;
    if ((list.orders[k] ?? 0) === 0) addAtoms(context.tree, node, query, sums);
    else expansions.push(addExpansion(context, node, query, sums));
  }
  return { sums, expansions };
}

/** The atoms of a node, one by one. */
function addAtoms(tree: AtomTree, node: number, { x, alpha, variance, top }: PointQuery, sums: PointSums): void {
  const { dim, places, logWeights } = tree;
  const scale = -0.5 / variance;
  for (let i = startOf(tree, node), to = endOf(tree, node); i < to; i++) {
    let squared = 0;
    for (let d = 0, at = i * dim; d < dim; d++, at++) {
      const r = (x[d] ?? 0) - alpha * (places[at] ?? 0);
      squared += r * r;
    }
    const logit = (logWeights[i] ?? 0) + scale * squared - top;
    sums.terms++;
    if (!(logit > NEGLIGIBLE)) continue;
    const w = Math.exp(logit);
    sums.mass += w;
    sums.massSquared += w * w;
    sums.logitSum += w * logit;
    for (let d = 0, at = i * dim; d < dim; d++, at++) {
      sums.moment[d] = (sums.moment[d] ?? 0) + w * ((places[at] ?? 0) - (sums.pole[d] ?? 0));
    }
  }
}

/** As in the reference: weights below e^−100 of the largest are less than 10⁻³⁴ of the sum, however many. */
export const NEGLIGIBLE = -100;

/** Where a node is seen from x: ‖g‖ρ, hρ², its base logit without log Π relative to top, and ‖m − o‖. */
interface Sight {
  readonly gap: number;
  readonly curvature: number;
  readonly offset: number;
  readonly apart: number;
}

/** Looks at a node from x; leaves g·ρ in the context. */
function sightOf({ tree, slope }: PointContext, node: number, query: PointQuery, pole: Float64Array): Sight {
  const { nodes, dim } = tree;
  const radius = nodes.radius[node] ?? 0;
  const tilt = query.alpha / query.variance;
  let squared = 0;
  let apart = 0;
  for (let d = 0, at = node * dim; d < dim; d++, at++) {
    const r = (query.x[d] ?? 0) - query.alpha * (nodes.mean[at] ?? 0);
    squared += r * r;
    apart += ((nodes.mean[at] ?? 0) - (pole[d] ?? 0)) ** 2;
    slope[d] = tilt * r * radius;
  }
  return {
    gap: tilt * Math.sqrt(squared) * radius,
    curvature: query.alpha * tilt * radius * radius,
    offset: (-0.5 / query.variance) * squared - query.top,
    apart: Math.sqrt(apart),
  };
}

/** One node by its expansion at the full order. */
function addExpansion(context: PointContext, node: number, query: PointQuery, sums: PointSums): Expansion {
  const { tree, slope, table, tails } = context;
  const { nodes, dim, moments } = tree;
  const { indices } = moments;
  const sight = sightOf(context, node, query, sums.pole);
  const { gap, curvature, offset } = sight;
  const block = { values: moments.values, base: node * indices.count };
  const h = table({ slope, curvature });
  const out = emptyExpansion(dim, Math.exp(offset + (nodes.logMass[node] ?? 0)));
  const { base } = out;
  out.mass = expandMass(indices, h, block.values, block.base);
  expandMean(indices, h, block, out.mean);
  out.spread = expandSpread(indices, h, block);
  if (query.v) expandTangent(indices, h, { ...block, v: query.v }, out.tangent);
  const noise = setTails(context, node, sight, out);

  const turn = slope.reduce((sum, g, d) => sum + g * (out.mean[d] ?? 0), 0) - (curvature / 2) * out.spread; // E[e^u u]
  const surprise = tree.surprise ? expandMass(indices, h, tree.surprise.values, block.base) : 0;
  const level = offset + tree.heaviestOfAll; // a logit relative to top, for an atom of the largest weight at the mean
  const least = Math.abs(tree.surprise?.values[block.base] ?? 0);
  const lost = least * ((tails[indices.order + 1] ?? 0) + noise) + gap * out.meanTail + (curvature / 2) * out.spreadTail;
  sums.logitSum += base * (level * out.mass + surprise + turn);
  sums.logitError += base * (Math.abs(level) * out.massTail + lost);
  scaleExpansion(out, nodes.radius[node] ?? 0);
  sums.mass += base * out.mass;
  sums.massError += base * out.massTail;
  sums.momentError += base * (out.massTail * sight.apart + out.meanTail);
  for (let d = 0, at = node * dim; d < dim; d++, at++) {
    const apart = (nodes.mean[at] ?? 0) - (sums.pole[d] ?? 0);
    sums.moment[d] = (sums.moment[d] ?? 0) + base * (out.mass * apart + (out.mean[d] ?? 0));
  }
  addSquares(context, node, sight, sums);
  sums.terms++;
  return out;
}

/** What an expansion at the full order may be off, in units of ρ; returns its rounding. */
function setTails(context: PointContext, node: number, { gap, curvature }: Sight, out: Expansion): number {
  const { tree, tails } = context;
  const { nodes, dim, moments } = tree;
  const { order } = moments.indices;
  majorantTails(gap, curvature / 2, order, tails);
  const noise = noiseOf(context, node, gap, curvature);
  const flatness = nodes.flatness[node] ?? 0;
  const reach = (nodes.path[node] ?? 1) * Math.sqrt(dim);
  out.massTail = flatness * (tails[order + 1] ?? 0) + noise;
  out.meanTail = flatness * (tails[order] ?? 0) + noise * reach;
  out.spreadTail = flatness * (tails[order - 1] ?? 0) + noise * reach * reach;
  return noise;
}

/** From units of ρ to those of the data. */
function scaleExpansion(out: Expansion, radius: number): void {
  for (let d = 0; d < out.mean.length; d++) {
    out.mean[d] = (out.mean[d] ?? 0) * radius;
    out.tangent[d] = (out.tangent[d] ?? 0) * radius * radius;
  }
  out.meanTail *= radius;
  out.spread *= radius * radius;
  out.spreadTail *= radius * radius;
}

/** Σw² of a node: the same expansion under π² at twice the slope and curvature. */
function addSquares(
  { tree, slope, table, tails, rounding }: PointContext,
  node: number,
  { offset, gap, curvature }: Sight,
  sums: PointSums,
): void {
  const { nodes, moments, squared = moments } = tree;
  const { indices } = moments;
  for (let d = 0; d < slope.length; d++) slope[d] = 2 * (slope[d] ?? 0);
  const base = Math.exp(2 * offset + (nodes.logSquares[node] ?? 0));
  const h = table({ slope, curvature: 2 * curvature });
  majorantTails(2 * gap, curvature, indices.order, tails);
  const noise = noiseOf({ tree, rounding }, node, 2 * gap, 2 * curvature);
  sums.massSquared += base * expandMass(indices, h, squared.values, node * indices.count);
  sums.squaredError += base * ((nodes.flatnessSquared[node] ?? 0) * (tails[indices.order + 1] ?? 0) + noise);
}

/** Rounding of Σ_a c_a H_a: moments off by η·path^|a|/a!, and Σ_a path^|a| |H_a|/a! ≤ exp(√D·path·‖g‖ρ + D·path²·hρ²/2). */
function noiseOf(
  { tree, rounding }: Pick<PointContext, "tree" | "rounding">,
  node: number,
  gap: number,
  curvature: number,
): number {
  const path = tree.nodes.path[node] ?? 1;
  return rounding * Math.exp(Math.sqrt(tree.dim) * path * gap + (tree.dim * path * path * curvature) / 2);
}

function emptyExpansion(dim: number, base: number): Expansion {
  return {
    base,
    mass: 0,
    mean: new Float64Array(dim),
    spread: 0,
    tangent: new Float64Array(dim),
    massTail: 0,
    meanTail: 0,
    spreadTail: 0,
  };
}
