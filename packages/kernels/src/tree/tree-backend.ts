import {
  type Demand,
  emptyScan,
  type Points,
  reachOf,
  referenceBackend,
  row,
  type Scan,
  type ScanBackend,
  type ScanQuery,
  takeRows,
  type WeightedAtoms,
} from "@fluxion/core";
import type { AtomTree } from "./atom-tree.js";
import { buildTree, type TreeOptions } from "./build-tree.js";
import { momentRounding } from "./node-moments.js";
import { pointContext } from "./point-sums.js";
import { type PointScan, scanPoint } from "./scan-point.js";
import { topSearch } from "./top-atoms.js";
import { walker } from "./walker.js";

/** A scan that also says what it cost, for all its queries: `evaluations` counts all atoms of an expanded node. */
export interface TreeScan extends Scan {
  /** Nodes looked at. */
  readonly visits: number;
  /** Atoms weighed one by one and nodes expanded. */
  readonly terms: number;
}

/** A scan backend on a tree; the tree itself serves grids. */
export interface TreeBackend extends ScanBackend {
  readonly tree: AtomTree;
  /** max ‖z‖. */
  readonly norm: number;
  scan(x: Points, query: ScanQuery, demand: Demand): Promise<TreeScan>;
}

/**
 * Certified scans whose cost follows the nodes that matter and not N, for atoms of low dimension; `exact` is the reference's own
 * scan in the order of the data. An atom is weighed, or in a node that is expanded (both count as evaluated), or in a node
 * that was dropped (skipped). What expansions leave out is in `error.mean` and `error.mass`, what was dropped in `error.skipped`.
 * Where too much of the tree matters, as in the middle of the path in many dimensions, a point is scanned over all atoms.
 * @throws RangeError when the weights do not sum to one, the points are not finite, or an option is out of its domain.
 */
export function treeBackend(atoms: WeightedAtoms, options: TreeOptions = {}): TreeBackend {
  const reference = referenceBackend(atoms);
  const tree = buildTree(atoms, options);
  const rounding = momentRounding(tree.moments.indices, tree.depth, Math.ceil(tree.size / 2 ** tree.depth));
  const context = { ...pointContext(tree, rounding), walk: walker(tree), ...reachOf(atoms) };
  const search = topSearch(tree);
  let open = true;
  return {
    name: "tree",
    dim: tree.dim,
    size: tree.size,
    radius: context.radius,
    norm: context.norm,
    meets: new Set(["exact", "certified"] as const),
    tree,
    async scan(x, query, demand) {
      if (!open) throw new Error('Cannot scan: the backend "tree" is closed; expected an open one');
      requireQuery(x, query, tree.dim);
      if (demand.kind === "exact") return { ...(await reference.scan(x, query, demand)), visits: 0, terms: x.size * tree.size };
      if (demand.kind !== "certified" || !(demand.epsilon > 0)) refuse(demand);
      const out = emptyTreeScan(x.size, tree, query);
      const missing: number[] = [];
      for (let b = 0; b < x.size; b++) {
        const here = row(x, b);
        const top = search(here, query, Math.max(1, query.top));
        const found = scanPoint(context, { x: here, v: query.tangent && row(query.tangent, b), top }, query, demand.epsilon);
        if (found === undefined) missing.push(b);
        else putPoint(out, b, found, tree);
      }
      if (missing.length > 0) {
        const tangent = query.tangent && takeRows(query.tangent, missing);
        putRows(out, missing, await reference.scan(takeRows(x, missing), { ...query, tangent }, { kind: "exact" }));
      }
      return out;
    },
    async close() {
      open = false;
    },
  };
}

function requireQuery(x: Points, { alpha, variance }: ScanQuery, dim: number): void {
  const bad = x.data.findIndex((v) => !Number.isFinite(v));
  if (bad < 0 && x.dim === dim && alpha >= 0 && alpha < Infinity && 0.5 / variance < Infinity && variance > 0) return;
  throw new RangeError(
    `Cannot scan: x has dim ${x.dim} and ${bad < 0 ? "finite" : `"${x.data[bad]}" among its`} coordinates, α is ${alpha}, the variance ${variance}; expected dim ${dim}, finite coordinates, α ≥ 0 and a positive variance`,
  );
}

function refuse(demand: Demand): never {
  const what = demand.kind === "certified" ? `certified(${demand.epsilon})` : demand.kind;
  throw new RangeError(`Cannot promise "${what}": the backend "tree" cannot; expected exact, or certified with epsilon > 0`);
}

/** A scan while it is filled. */
interface Filling extends TreeScan {
  evaluations: number;
  skipped: number;
  visits: number;
  terms: number;
}

function emptyTreeScan(size: number, { dim }: AtomTree, query: ScanQuery): Filling {
  const each = (): Float64Array => new Float64Array(size);
  const error = { logit: each(), shift: each(), mean: each(), mass: each(), skipped: each() };
  return { state: emptyScan(size, dim, query), error, evaluations: 0, skipped: 0, visits: 0, terms: 0 };
}

/** One point that the tree has answered. */
function putPoint(out: Filling, b: number, point: PointScan, { dim, size, atomAt }: AtomTree): void {
  const { state, error } = out;
  state.top[b] = point.top.logits[0] ?? -Infinity;
  state.mass[b] = point.mass;
  state.massSquared[b] = point.massSquared;
  state.logitSum[b] = point.logitSum;
  state.spread[b] = point.spread;
  state.mean.data.set(point.mean, b * dim);
  state.tangent?.data.set(point.tangent, b * dim);
  for (let k = 0, at = b * state.best.count; k < state.best.count; k++, at++) {
    const place = point.top.places[k] ?? -1;
    state.best.indices[at] = place < 0 ? -1 : (atomAt[place] ?? -1);
    state.best.logits[at] = point.top.logits[k] ?? -Infinity;
  }
  error.logit[b] = point.error.logit;
  error.shift[b] = point.error.logit;
  error.mean[b] = point.error.mean;
  error.mass[b] = point.error.mass;
  error.skipped[b] = point.error.skipped;
  out.evaluations += size - point.dropped;
  out.skipped += point.dropped;
  out.visits += point.visits;
  out.terms += point.terms;
}

/** Points that a scan over all atoms has answered, to their places. */
function putRows(out: Filling, places: readonly number[], { state, error, evaluations }: Scan): void {
  const { dim } = state.mean;
  const { count } = state.best;
  places.forEach((b, k) => {
    for (const name of ["top", "mass", "massSquared", "logitSum", "spread"] as const) out.state[name][b] = state[name][k] ?? 0;
    for (const name of ["logit", "shift", "mean", "mass", "skipped"] as const) out.error[name][b] = error[name][k] ?? 0;
    out.state.mean.data.set(row(state.mean, k), b * dim);
    if (state.tangent) out.state.tangent?.data.set(row(state.tangent, k), b * dim);
    out.state.best.indices.set(state.best.indices.subarray(k * count, (k + 1) * count), b * count);
    out.state.best.logits.set(state.best.logits.subarray(k * count, (k + 1) * count), b * count);
  });
  out.evaluations += evaluations;
  out.terms += evaluations;
}
