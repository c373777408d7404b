import type { AtomTree } from "./atom-tree.js";
import { type Allowance, emptyInteractions, ROOT, type Tile, type Walk, type WalkStart } from "./interactions.js";
import { momentRounding } from "./node-moments.js";
import { mustOpen } from "./settle-node.js";
import { type Kernel, type TopAtoms, topSearch } from "./top-atoms.js";
import { SLACK, type WalkProgress } from "./walk-progress.js";

/** Weights e^{−40} of the largest do not help to raise a lower bound. */
const USELESS = -40;

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
    const found = start.top ?? search(tile.centre, kernel, 1, start.nodes);
    if (found.logits[0] === -Infinity) {
      throw new RangeError(
        "Cannot walk the tree: the point has density 0 in float64 under every atom; expected a point within reach of the path",
      );
    }
    begin(w, { tile, kernel, allowance, start }, found);
    frontier.set(start.nodes);
    for (let size = start.nodes.length; size > 0; ) {
      if (size > (allowance.most ?? Infinity)) {
        w.out.complete = false;
        break;
      }
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

function newProgress(tree: AtomTree): WalkProgress {
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
  w: WalkProgress,
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
  out.complete = true;
  out.count = 0;
  out.share = start.share;
  out.dropped = start.dropped;
  out.reach = 0;
  out.visits = start.top === undefined ? visits : 0;
  out.floor = w.top;
  const at = (places[0] ?? 0) * tree.dim;
  out.anchor.set(tree.places.subarray(at, at + tree.dim));
}

/** The lower bound of Z from the nodes in the list and on the frontier, if it is better than what is known. */
function raiseFloor(w: WalkProgress, frontier: Int32Array, size: number): void {
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
function jensenWeight({ tree: { nodes }, alpha, half, top }: WalkProgress, node: number, squared: number): number {
  const spread = alpha * (nodes.radius[node] ?? 0);
  const energy = squared + (nodes.flatness[node] ?? 0) * spread * spread;
  const slack = SLACK * (squared + spread * spread);
  const logit = (nodes.logMass[node] ?? 0) - (energy + slack) * half - top;
  return logit > USELESS ? Math.exp(logit) : 0;
}
