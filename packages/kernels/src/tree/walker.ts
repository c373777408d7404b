import { type AtomTree, endOf, levelOf, startOf } from "./atom-tree.js";
import { type Allowance, emptyInteractions, type Interactions, type Tile, type Walk, type WalkStart } from "./interactions.js";
import { momentRounding } from "./node-moments.js";
import { majorantTails } from "./tails.js";
import { type Kernel, type TopAtoms, topSearch } from "./top-atoms.js";

/** The part of an allowance that a node of little weight may spend; a node of any weight may err by half, relatively. */
const SMALL_SHARE = 1 / 128;

/** What rounding may do to a difference of logits, relative to the logits. */
const SLACK = 1e-13;

/** So few atoms are weighed one by one: that is no dearer than an expansion, and exact. */
const FEW = 4;

/** Weights e^{−40} of the largest do not help to raise a lower bound. */
const USELESS = -40;

/** One walk: constants of the tile and what it has found so far. */
interface Progress {
  readonly tree: AtomTree;
  readonly out: Interactions;
  readonly tails: Float64Array;
  /** Σ J and Σ J m of the nodes in the list, relative to e^top; and with those of the level. */
  readonly settled: { mass: number; readonly moment: Float64Array };
  readonly level: { mass: number; readonly moment: Float64Array };
  readonly rounding: number;
  /** 1/p!, p the order of the expansions. */
  readonly leading: number;
  /** ‖c − αm‖² and J of the nodes on the frontier. */
  readonly distances: Float64Array;
  readonly weights: Float64Array;
  /** Of the node that was looked at last. */
  noise: number;
  tile: Tile;
  /** The e_j, one after the other. */
  readonly sides: Float64Array;
  /** The longest of all s₁e₁ + s₂e₂ + …. */
  span: number;
  /** α, 1/2v, α/v. */
  alpha: number;
  half: number;
  tilt: number;
  allowance: Allowance;
  top: number;
  /** What is left of the share that may be dropped, and the log of an eighth of it. */
  left: number;
  droppable: number;
  /** A share so small that it need not be known better, and its log. */
  crumb: number;
  logCrumb: number;
}

/**
 * Walks the tree level by level, for all x of a tile at once.
 *
 * Z from below: by Jensen's inequality a node has at least the mass Π exp(−(‖x − αm‖² + α²E‖z − m‖²)/2v), and the sum J of such
 * weights over disjoint nodes, with mean m_J, satisfies log Z(x) ≥ log J + (α/v)(x − c)·m_J − (‖x‖² − ‖c‖²)/2v, by Jensen's
 * inequality again; so does the atom of the largest logit at c. A share of Z is thus bounded over the tile by its value at c
 * times exp((α/v)Σ_j|e_j·(m − m_J)|).
 *
 * A node is dropped when its share is at most an eighth of what is left of the allowance, so that all together stay inside.
 * It is expanded at the least order p at which κ(T_{p+1}‖m − m_J‖ + T_p ρ) is small enough for its share, T the tails at the
 * largest ‖g‖ over the tile. Otherwise it is opened.
 */
export function walker(tree: AtomTree): Walk {
  const width = 2 ** tree.depth;
  const search = topSearch(tree);
  const w = newProgress(tree);
  let frontier = new Int32Array(width);
  let next = new Int32Array(width);
  return (tile, kernel, allowance, start = ROOT) => {
    begin(w, { tile, kernel, allowance, start }, search(tile.centre, kernel, 1));
    frontier.set(start.nodes);
    for (let size = start.nodes.length; size > 0; ) {
      raiseFloor(w, frontier, size);
      let opened = 0;
      for (let s = 0; s < size; s++) {
        const node = frontier[s] ?? 0;
        if (!mustOpen(w, node, s)) continue;
        next[opened++] = 2 * node + 1;
        next[opened++] = 2 * node + 2;
      }
      w.out.visits += size;
      size = opened;
      [frontier, next] = [next, frontier];
    }
    return w.out;
  };
}

const ROOT: WalkStart = { nodes: new Int32Array(1), share: 0, dropped: 0 };

function newProgress(tree: AtomTree): Progress {
  const sums = () => ({ mass: 0, moment: new Float64Array(tree.dim) });
  const { indices } = tree.moments;
  return {
    tree,
    out: emptyInteractions(tree),
    tails: new Float64Array(indices.order + 2),
    settled: sums(),
    level: sums(),
    rounding: momentRounding(indices, tree.depth, Math.ceil(tree.size / 2 ** tree.depth)),
    leading: Array.from({ length: indices.order }, (_, k) => 1 / (k + 1)).reduce((product, v) => product * v, 1),
    distances: new Float64Array(2 ** tree.depth),
    weights: new Float64Array(2 ** tree.depth),
    noise: 0,
    tile: { centre: new Float64Array(tree.dim), halves: [] },
    sides: new Float64Array(2 * tree.dim),
    span: 0,
    alpha: 0,
    half: 0,
    tilt: 0,
    allowance: { mean: 0, share: 0 },
    top: 0,
    left: 0,
    droppable: 0,
    crumb: 0,
    logCrumb: 0,
  };
}

function begin(
  w: Progress,
  { tile, kernel, allowance, start }: { tile: Tile; kernel: Kernel; allowance: Allowance; start: WalkStart },
  { places, logits, visits }: TopAtoms,
): void {
  const { alpha, variance } = kernel;
  const { out, tree } = w;
  w.tile = tile;
  w.sides.fill(0);
  tile.halves.forEach((e, j) => {
    w.sides.set(e, j * tree.dim);
  });
  w.span = tile.halves.reduce((sum, e) => sum + Math.hypot(...e), 0);
  w.alpha = alpha;
  w.half = 0.5 / variance;
  w.tilt = alpha / variance;
  w.allowance = allowance;
  w.left = allowance.share;
  w.droppable = Math.log(w.left / 8);
  w.crumb = (allowance.share * 1e-3) / 2 ** tree.depth;
  w.logCrumb = Math.log(w.crumb);
  w.left -= 2e-3 * allowance.share; // there are fewer than 2^(depth + 1) nodes
  w.top = logits[0] ?? 0;
  w.settled.mass = 0;
  w.settled.moment.fill(0);
  out.count = 0;
  out.share = start.share;
  out.dropped = start.dropped;
  out.reach = 0;
  out.visits = visits;
  out.floor = w.top;
  const at = (places[0] ?? 0) * tree.dim;
  out.anchor.set(tree.places.subarray(at, at + tree.dim));
}

/** The lower bound of Z from the nodes in the list and on the frontier, if it is better than what is known. */
function raiseFloor(w: Progress, frontier: Int32Array, size: number): void {
  const { dim, nodes } = w.tree;
  const { centre } = w.tile;
  const { moment } = w.level;
  w.level.mass = w.settled.mass;
  moment.set(w.settled.moment);
  for (let s = 0; s < size; s++) {
    const node = frontier[s] ?? 0;
    let squared = 0;
    for (let d = 0, at = node * dim; d < dim; d++, at++) {
      const r = (centre[d] ?? 0) - w.alpha * (nodes.mean[at] ?? 0);
      squared += r * r;
    }
    w.distances[s] = squared;
    const weight = jensenWeight(w, node, squared);
    w.weights[s] = weight;
    if (weight === 0) continue;
    w.level.mass += weight;
    for (let d = 0, at = node * dim; d < dim; d++, at++) moment[d] = (moment[d] ?? 0) + weight * (nodes.mean[at] ?? 0);
  }
  const floor = w.top + Math.log(w.level.mass) - SLACK * (1 + Math.abs(w.top));
  if (!(floor > w.out.floor)) return;
  w.out.floor = floor;
  for (let d = 0; d < dim; d++) w.out.anchor[d] = (moment[d] ?? 0) / w.level.mass;
}

/** Π exp(−(‖x − αm‖² + α²κρ²)/2v − top), or 0 where that is of no use. */
function jensenWeight({ tree: { nodes }, alpha, half, top }: Progress, node: number, squared: number): number {
  const spread = alpha * (nodes.radius[node] ?? 0);
  const energy = squared + (nodes.flatness[node] ?? 0) * spread * spread;
  const slack = SLACK * (squared + spread * spread);
  const logit = (nodes.logMass[node] ?? 0) - (energy + slack) * half - top;
  return logit > USELESS ? Math.exp(logit) : 0;
}

/** Drops, expands or lists the node in a place of the frontier; true where it must be opened instead. */
function mustOpen(w: Progress, node: number, place: number): boolean {
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
function reachAcross({ tree: { nodes, dim }, sides, out: { anchor } }: Progress, node: number): number {
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
function drop(w: Progress, logShare: number): void {
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
function boxDistance({ tree: { nodes, dim }, tile: { centre }, alpha }: Progress, node: number): number {
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
function sufficientOrder(w: Progress, node: number, gap: number, share: number): number {
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
function noiseAt({ tree: { nodes, dim }, rounding }: Progress, node: number, gap: number, curl: number): number {
  const path = nodes.path[node] ?? 1;
  return rounding * Math.exp(Math.sqrt(dim) * path * gap + dim * path * path * curl);
}

/** Puts a node into the list: at an order, or with its atoms. */
function append(w: Progress, node: number, order: number, place: number): void {
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
