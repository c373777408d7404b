import { endOf, levelOf, startOf } from "./atom-tree.js";
import { majorantTails } from "./tails.js";
import { SLACK, type WalkProgress } from "./walk-progress.js";

/** The part of an allowance that a node of little weight may spend; a node of any weight may err by half, relatively. */
const SMALL_SHARE = 1 / 128;

/** So few atoms are weighed one by one: that is no dearer than an expansion, and exact. */
const FEW = 4;

/** Drops, expands or lists the node in a place of the frontier; true where it must be opened instead. */
export function mustOpen(w: WalkProgress, node: number, place: number): boolean {
  const { out, tree, tilt } = w;
  const squared = w.distances[place] ?? 0;
  const { nodes } = tree;
  const logMass = nodes.logMass[node] ?? 0;
  if (logMass === -Infinity) {
    out.dropped += endOf(tree, node) - startOf(tree, node);
    return false;
  }
  const radius = nodes.radius[node] ?? 0;
  const between = w.span === 0 ? 0 : reachAcross(w, node);
  const nearest = boxDistance(w, node);
  const highest = logMass - nearest * w.half * (1 - SLACK) - out.floor + tilt * (between + w.span * radius);
  if (highest < w.droppable) {
    drop(w, highest + SLACK * Math.abs(out.floor));
    out.dropped += endOf(tree, node) - startOf(tree, node);
    return false;
  }
  const share = Math.exp(Math.min(600, logMass - squared * w.half - out.floor + tilt * between));
  const gap = tilt * (Math.sqrt(squared) + w.span) * radius; // a of the majorant
  const few = endOf(tree, node) - startOf(tree, node) <= FEW;
  const order = few ? 0 : sufficientOrder(w, node, gap, share);
  if (order === 0 && levelOf(node) < tree.depth) return true;
  append(w, node, order, place);
  return false;
}

/** Σ_j|e_j·(m − m_J)|. */
function reachAcross({ tree: { nodes, dim }, sides, out: { anchor } }: WalkProgress, node: number): number {
  let first = 0;
  let second = 0;
  for (let d = 0, at = node * dim; d < dim; d++, at++) {
    const apart = (nodes.mean[at] ?? 0) - (anchor[d] ?? 0);
    first += (sides[d] ?? 0) * apart;
    second += (sides[dim + d] ?? 0) * apart;
  }
  return Math.abs(first) + Math.abs(second);
}

/** Takes the share of a dropped node from what is left. */
function drop(w: WalkProgress, logShare: number): void {
  if (logShare < w.logCrumb) {
    w.out.share += w.crumb;
    return;
  }
  const share = Math.exp(logShare);
  w.out.share += share;
  w.left -= share;
  w.droppable = Math.log(w.left / 8);
}

/** ‖x − αz‖² from the centre to the nearest point of the box. */
function boxDistance({ tree: { nodes, dim }, tile: { centre }, alpha }: WalkProgress, node: number): number {
  let squared = 0;
  for (let d = 0, at = node * dim; d < dim; d++, at++) {
    const here = centre[d] ?? 0;
    const below = alpha * (nodes.lowest[at] ?? 0) - here;
    const above = here - alpha * (nodes.highest[at] ?? 0);
    const r = below > 0 ? below : above > 0 ? above : 0;
    squared += r * r;
  }
  return squared;
}

/** The least order of an expansion that is good enough for a node of this share at most; 0 where none is. */
function sufficientOrder(w: WalkProgress, node: number, gap: number, share: number): number {
  const { tree, tails, allowance, out } = w;
  const { nodes, dim } = tree;
  const { order } = tree.moments.indices;
  const radius = nodes.radius[node] ?? 0;
  const curl = w.alpha * w.tilt * radius * radius * 0.5; // c of the majorant
  if (gap + curl > order + 1) return 0;
  const allowed = allowance.mean * Math.max(0.5, SMALL_SHARE / share);
  const flatness = nodes.flatness[node] ?? 0;
  let leading = flatness * radius * w.leading; // T_p is at least its first term, a^p/p!
  for (let p = 0; p < order; p++) leading *= gap;
  if (leading > allowed) return 0;
  majorantTails(gap, curl, order, tails);
  let apart = 0;
  for (let d = 0, at = node * dim; d < dim; d++, at++) apart += ((nodes.mean[at] ?? 0) - (out.anchor[d] ?? 0)) ** 2;
  const distance = Math.sqrt(apart) + radius;
  w.noise = noiseAt(w, node, gap, curl);
  if (w.noise * distance > allowed) return 0;
  for (let p = 1; p <= order; p++) {
    if (flatness * ((tails[p + 1] ?? 0) * distance + (tails[p] ?? 0) * radius) <= allowed) return p;
  }
  return 0;
}

/**
 * Rounding of an expansion: |c_a| is off by at most η·path^|a|/a!, and Σ_a|H_a|/a!·path^|a| is at most
 * exp(√D·path·a + D·path²·c), a and c of the majorant.
 */
function noiseAt({ tree: { nodes, dim }, rounding }: WalkProgress, node: number, gap: number, curl: number): number {
  const path = nodes.path[node] ?? 1;
  return rounding * Math.exp(Math.sqrt(dim) * path * gap + dim * path * path * curl);
}

/** Puts a node into the list: at an order, or with its atoms. */
function append(w: WalkProgress, node: number, order: number, place: number): void {
  const { out, tree, tails } = w;
  const { nodes, dim } = tree;
  const radius = nodes.radius[node] ?? 0;
  const at = out.count++;
  out.nodes[at] = node;
  out.orders[at] = order;
  out.reach = Math.max(out.reach, Math.sqrt(w.distances[place] ?? 0) + w.span + w.alpha * radius);
  const weight = w.weights[place] ?? 0;
  w.settled.mass += weight;
  for (let d = 0, m = node * dim; d < dim; d++, m++) {
    w.settled.moment[d] = (w.settled.moment[d] ?? 0) + weight * (nodes.mean[m] ?? 0);
  }
  if (order === 0) {
    out.tailMass[at] = 0;
    out.tailMean[at] = 0;
    return;
  }
  const flatness = nodes.flatness[node] ?? 0;
  out.tailMass[at] = flatness * (tails[order + 1] ?? 0) + w.noise;
  out.tailMean[at] = radius * (flatness * (tails[order] ?? 0) + w.noise * (nodes.path[node] ?? 1) * Math.sqrt(dim));
}
