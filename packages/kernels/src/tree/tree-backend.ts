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
      const found = Array.from({ length: x.size }, (_, b) => {
        const here = row(x, b);
        const top = search(here, query, Math.max(1, query.top));
        return scanPoint(context, { x: here, v: query.tangent && row(query.tangent, b), top }, query, demand.epsilon);
      });
      return collect(tree, found, query);
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

/** The states of single queries in the arrays of a scan. */
function collect(tree: AtomTree, found: readonly PointScan[], query: ScanQuery): TreeScan {
  const state = emptyScan(found.length, tree.dim, query);
  const sum = (of: (p: PointScan) => number): number => found.reduce((total, p) => total + of(p), 0);
  const each = (of: (p: PointScan) => number): Float64Array => Float64Array.from(found, of);
  found.forEach((point, b) => {
    state.top[b] = point.top.logits[0] ?? -Infinity;
    state.mass[b] = point.mass;
    state.massSquared[b] = point.massSquared;
    state.logitSum[b] = point.logitSum;
    state.spread[b] = point.spread;
    state.mean.data.set(point.mean, b * tree.dim);
    state.tangent?.data.set(point.tangent, b * tree.dim);
    for (let k = 0; k < query.top; k++) {
      const place = point.top.places[k] ?? -1;
      state.best.indices[b * query.top + k] = place < 0 ? -1 : (tree.atomAt[place] ?? -1);
      state.best.logits[b * query.top + k] = point.top.logits[k] ?? -Infinity;
    }
  });
  return {
    state,
    error: {
      logit: each((p) => p.error.logit),
      shift: each((p) => p.error.logit),
      mean: each((p) => p.error.mean),
      mass: each((p) => p.error.mass),
      skipped: each((p) => p.error.skipped),
    },
    evaluations: found.length * tree.size - sum((p) => p.dropped),
    skipped: sum((p) => p.dropped),
    visits: sum((p) => p.visits),
    terms: sum((p) => p.terms),
  };
}
