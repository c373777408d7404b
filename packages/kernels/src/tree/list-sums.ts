import { type AtomTree, endOf, startOf } from "./atom-tree.js";
import { expandMass, expandMean, hermiteTable } from "./hermite.js";
import type { Interactions, Tile } from "./interactions.js";
import type { Kernel } from "./top-atoms.js";

/** A pole o near the posterior mean. */
export interface Pole {
  /** o, [D]. */
  readonly at: Float64Array;
  /** What a node may add to the error of Σw(z − o), relative to Π·e^{logit of its mean}, [count]. */
  readonly errors: Float64Array;
}

/** Points c + across_b e₁ + along_a e₂ of a tile, where sums are wanted. */
export interface Places {
  /** [nx], in [−1, 1]. */
  readonly across: Float64Array;
  /** [ny], in [−1, 1]. */
  readonly along: Float64Array;
  /** Whether both are equally spaced from −1 to 1; if not they are Chebyshev points. Both are symmetric about 0. */
  readonly even: boolean;
}

/** What a list is summed for. */
export interface SumTask {
  readonly list: Interactions;
  readonly tile: Tile;
  readonly places: Places;
  readonly pole: Pole;
  readonly kernel: Kernel;
}

/**
 * F = Σw and G = Σw(z − o) over a list at every place, [ny, nx], with w = exp(ℓ(c) − floor + (α/v)(x − c)·(z − o)): relative to
 * exp(floor) at the centre, and elsewhere to what o would have. And what expansions and left-out atoms are off.
 */
export interface BlockSums {
  readonly mass: Float64Array;
  /** G_d, [D][ny, nx]. */
  readonly moment: readonly Float64Array[];
  readonly massError: Float64Array;
  /** Of the norm of G. */
  readonly momentError: Float64Array;
  /** Σw of every node of the list at the first place, error included, [count]. */
  readonly byNode: Float64Array;
  /** Atoms weighed and nodes expanded, once a place. */
  terms: number;
}

/** Sums a list into its own memory. */
export type SumBlock = (task: SumTask) => BlockSums;

/**
 * Atoms lighter than this everywhere in a block, relative to a lower bound of Z at its centre, are left out, and so are nodes
 * that could not weigh more: with 10⁹ of them some 10⁻¹¹ of Z.
 */
export const NEGLIGIBLE = -48;
/** What each of them weighs at most. */
export const UNSEEN: number = Math.exp(NEGLIGIBLE);

/** Room for the sums of a block of `places` points. */
export function emptySums({ dim, depth }: Pick<AtomTree, "dim" | "depth">, places: number): BlockSums {
  const field = (): Float64Array => new Float64Array(places);
  return {
    mass: field(),
    moment: Array.from({ length: dim }, field),
    massError: field(),
    momentError: field(),
    byNode: new Float64Array(2 ** depth),
    terms: 0,
  };
}

/** Sets all sums of `places` points to zero. */
export function clearSums(sums: BlockSums, places: number): void {
  for (const field of [sums.mass, sums.massError, sums.momentError, ...sums.moment]) field.fill(0, 0, places);
  sums.terms = 0;
}

/** Moves the pole and sets what nodes may add to the error of G: T‖m − o‖ + that of Σw(z − m). */
export function placePole(
  { nodes, dim }: Pick<AtomTree, "nodes" | "dim">,
  list: Interactions,
  pole: Pole,
  at: Float64Array,
): void {
  pole.at.set(at);
  for (let k = 0; k < list.count; k++) {
    let squared = 0;
    for (let d = 0, m = (list.nodes[k] ?? 0) * dim; d < dim; d++, m++) squared += ((nodes.mean[m] ?? 0) - (at[d] ?? 0)) ** 2;
    pole.errors[k] = (list.tailMass[k] ?? 0) * Math.sqrt(squared) + (list.tailMean[k] ?? 0);
  }
}

/** Sums over lists of a tree of any dimension and tiles of any direction, one place after the other. */
export function listSums(tree: AtomTree, places: number): SumBlock {
  const out = emptySums(tree, places);
  const memory = newPlaceMemory(tree);
  return (task) => {
    const { across, along } = task.places;
    clearSums(out, across.length * along.length);
    for (let a = 0; a < along.length; a++) {
      for (let b = 0; b < across.length; b++) {
        movePlace(memory, task, [across[b] ?? 0, along[a] ?? 0]);
        addPlace(memory, task, a * across.length + b, out);
      }
    }
    return out;
  };
}

/** What one place is summed with. */
interface PlaceMemory {
  readonly tree: AtomTree;
  /** x and x − c, [D]. */
  readonly x: Float64Array;
  readonly shift: Float64Array;
  readonly slope: Float64Array;
  readonly mean: Float64Array;
  readonly table: ReturnType<typeof hermiteTable>;
}

function newPlaceMemory(tree: AtomTree): PlaceMemory {
  const vector = (): Float64Array => new Float64Array(tree.dim);
  return {
    tree,
    x: vector(),
    shift: vector(),
    slope: vector(),
    mean: vector(),
    table: hermiteTable(tree.moments.indices),
  };
}

function movePlace({ x, shift }: PlaceMemory, { tile }: SumTask, s: readonly [number, number]): void {
  for (let d = 0; d < x.length; d++) {
    shift[d] = s[0] * (tile.halves[0]?.[d] ?? 0) + s[1] * (tile.halves[1]?.[d] ?? 0);
    x[d] = (tile.centre[d] ?? 0) + (shift[d] ?? 0);
  }
}

function addPlace(memory: PlaceMemory, { list, pole, kernel, tile }: SumTask, place: number, out: BlockSums): void {
  const { tree, x, shift, slope, mean, table } = memory;
  const { nodes, dim, moments } = tree;
  const { indices } = moments;
  const half = 0.5 / kernel.variance;
  const tilt = kernel.alpha / kernel.variance;
  for (let k = 0; k < list.count; k++) {
    const node = list.nodes[k] ?? 0;
    if ((list.orders[k] ?? 0) === 0) {
      const atoms = addAtoms(memory, node, { list, pole, kernel, tile, place }, out);
      if (place === 0) out.byNode[k] = atoms;
      continue;
    }
    const radius = nodes.radius[node] ?? 0;
    let squared = 0;
    let turned = 0; // ‖c − αm‖² and (x − c)·(m − o)
    for (let d = 0, at = node * dim; d < dim; d++, at++) {
      const r = (tile.centre[d] ?? 0) - kernel.alpha * (nodes.mean[at] ?? 0);
      squared += r * r;
      turned += (shift[d] ?? 0) * ((nodes.mean[at] ?? 0) - (pole.at[d] ?? 0));
      slope[d] = tilt * radius * ((x[d] ?? 0) - kernel.alpha * (nodes.mean[at] ?? 0));
    }
    const base = Math.exp((nodes.logMass[node] ?? 0) - squared * half - list.floor + tilt * turned);
    const h = table({ slope, curvature: kernel.alpha * tilt * radius * radius });
    const block = { values: moments.values, base: node * indices.count };
    const mass = base * expandMass(indices, h, block.values, block.base);
    expandMean(indices, h, block, mean);
    const tail = base * (list.tailMass[k] ?? 0);
    if (place === 0) out.byNode[k] = mass + tail;
    out.mass[place] = (out.mass[place] ?? 0) + mass;
    out.massError[place] = (out.massError[place] ?? 0) + tail;
    out.momentError[place] = (out.momentError[place] ?? 0) + base * (pole.errors[k] ?? 0);
    for (let d = 0, at = node * dim; d < dim; d++, at++) {
      const add = mass * ((nodes.mean[at] ?? 0) - (pole.at[d] ?? 0)) + base * radius * (mean[d] ?? 0);
      const field = out.moment[d];
      if (field) field[place] = (field[place] ?? 0) + add;
    }
    out.terms++;
  }
}

/** Adds the atoms of a node at one place; returns their mass. */
function addAtoms(
  { tree, shift }: PlaceMemory,
  node: number,
  { list, pole, kernel, tile, place }: Omit<SumTask, "places"> & { readonly place: number },
  out: BlockSums,
): number {
  const { dim, places, logWeights } = tree;
  const half = 0.5 / kernel.variance;
  const tilt = kernel.alpha / kernel.variance;
  const before = out.mass[place] ?? 0;
  for (let i = startOf(tree, node), to = endOf(tree, node); i < to; i++) {
    let squared = 0;
    let turned = 0;
    for (let d = 0, at = i * dim; d < dim; d++, at++) {
      const z = places[at] ?? 0;
      const r = (tile.centre[d] ?? 0) - kernel.alpha * z;
      squared += r * r;
      turned += (shift[d] ?? 0) * (z - (pole.at[d] ?? 0));
    }
    const logit = (logWeights[i] ?? 0) - squared * half - list.floor + tilt * turned;
    out.terms++;
    if (!(logit > NEGLIGIBLE)) continue;
    const w = Math.exp(logit);
    out.mass[place] = (out.mass[place] ?? 0) + w;
    for (let d = 0, at = i * dim; d < dim; d++, at++) {
      const field = out.moment[d];
      if (field) field[place] = (field[place] ?? 0) + w * ((places[at] ?? 0) - (pole.at[d] ?? 0));
    }
  }
  return byDifference(before, out.mass[place] ?? 0);
}

/** What was added to a sum of positive terms, no less than that in exact arithmetic. */
export function byDifference(before: number, after: number): number {
  return after - before + 2 * Number.EPSILON * after;
}
