import { type Interpolation, interpolation, lagrangeAt, taylorFactor } from "./chebyshev.js";
import type { GridTile } from "./grid.js";
import { type GridSolver, logitRounding, sumRounding, taskOf, type WalkedBlock, writeBlock } from "./grid-solver.js";
import { type BlockSums, type Places, placePole } from "./list-sums.js";

/** At most this many points a side. */
const LARGEST = 12;

/** What interpolation itself may cost, of ε·radius. */
const PART = 0.3;

/** Interpolation pays where it takes at most this share of the points of the block. */
const WORTH = 0.6;

/**
 * Fills a block from the sums at n × n Chebyshev points, as `writeBlock` does; undefined where no n that saves work is good
 * enough. With o the mean at the
 * centre, F(s) = Σw(c)e^{ξ·s} and G(s) = Σw(c)(z − o)e^{ξ·s}, ξ_j = (α/v)e_j·(z − o), are entire, and the errors of interpolation are those of
 * e^{ξ·s}, weighted by w(c) ≥ 0: node by node with the largest |ξ_j| inside. As Σw(c)(z − o) = 0, F is least at the centre, by
 * Jensen. Errors of the sums that are interpolated grow by the Lebesgue constant of either axis.
 */
export function interpolateBlock(solver: GridSolver, out: GridTile, walked: WalkedBlock): number | undefined {
  const { tree, pole } = solver;
  const { list, block } = walked;
  placePole(tree, list, pole, list.anchor);
  const sums = solver.sum({ ...taskOf(solver, walked), places: CENTRE });
  out.terms += sums.terms;
  const mass = sums.mass[0] ?? 0;
  placePole(
    tree,
    list,
    pole,
    pole.at.map((o, d) => o + (sums.moment[d]?.[0] ?? 0) / mass),
  );
  const errors = nodeErrors(solver, walked, sums.byNode);
  const goal = PART * solver.epsilon * solver.radius * (mass - (sums.massError[0] ?? 0));
  const n = leastSize(WORTH * block.columns * block.rows, (size) => interpolationError(errors, list.count, size).moment <= goal);
  if (n === undefined) return undefined;
  const scheme = solver.schemes.get(n) ?? interpolation(n);
  solver.schemes.set(n, scheme);
  const places = { across: scheme.points, along: scheme.points, even: false };
  const samples = solver.sum({ ...taskOf(solver, walked), places });
  out.terms += samples.terms;
  spread(solver, walked, scheme, samples);
  addErrors(solver, { walked, scheme, samples }, interpolationError(errors, list.count, n));
  return writeBlock(solver, out, walked, solver.block);
}

const CENTRE: Places = { across: new Float64Array(1), along: new Float64Array(1), even: true };

/** The least n with n² ≤ `most` that suffices, if any: errors fall with n. */
function leastSize(most: number, suffices: (n: number) => boolean): number | undefined {
  let high = Math.min(LARGEST, Math.floor(Math.sqrt(most)));
  if (high < 2 || !suffices(high)) return undefined;
  for (let low = 2; low < high; ) {
    const middle = (low + high) >> 1;
    if (suffices(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** Per node: its mass at the centre, the largest ‖z − o‖, the largest ξ of both axes, and their exponentials, [count, 6]. */
function nodeErrors(
  { tree, pole, kernel, errors: out }: GridSolver,
  { tile, list }: WalkedBlock,
  byNode: Float64Array,
): Float64Array {
  const { nodes, dim } = tree;
  const tilt = kernel.alpha / kernel.variance;
  const lengths = tile.halves.map((e) => Math.hypot(...e));
  for (let k = 0; k < list.count; k++) {
    const node = list.nodes[k] ?? 0;
    const radius = nodes.radius[node] ?? 0;
    let squared = 0;
    let first = 0;
    let second = 0;
    for (let d = 0; d < dim; d++) {
      const apart = (nodes.mean[node * dim + d] ?? 0) - (pole.at[d] ?? 0);
      squared += apart * apart;
      first += apart * (tile.halves[0]?.[d] ?? 0);
      second += apart * (tile.halves[1]?.[d] ?? 0);
    }
    const xi1 = tilt * (Math.abs(first) + (lengths[0] ?? 0) * radius);
    const xi2 = tilt * (Math.abs(second) + (lengths[1] ?? 0) * radius);
    out[6 * k] = byNode[k] ?? 0;
    out[6 * k + 1] = Math.sqrt(squared) + radius;
    out[6 * k + 2] = xi1;
    out[6 * k + 3] = xi2;
    out[6 * k + 4] = Math.exp(xi1);
    out[6 * k + 5] = Math.exp(xi2);
  }
  return out;
}

/**
 * Errors of F and of G by interpolation at n points a side. That of f₁(s₁)f₂(s₂), f_j = e^{ξ_j s_j}, one axis after the other, is at
 * most E₁e^{ξ₂} + (e^{ξ₁} + E₁)E₂.
 */
function interpolationError(nodes: Float64Array, count: number, n: number): { mass: number; moment: number } {
  let mass = 0;
  let moment = 0;
  for (let at = 0; at < 6 * count; at += 6) {
    const weight = nodes[at] ?? 0;
    if (weight === 0) continue;
    const exp1 = nodes[at + 4] ?? 0;
    const exp2 = nodes[at + 5] ?? 0;
    const first = taylorFactor(nodes[at + 2] ?? 0, n) * exp1;
    const error = weight * (first * exp2 + (exp1 + first) * taylorFactor(nodes[at + 3] ?? 0, n) * exp2);
    mass += error;
    moment += error * (nodes[at + 1] ?? 0);
  }
  return { mass: mass * (1 + 1e-9), moment: moment * (1 + 1e-9) };
}

/** F and G from the Chebyshev points to all points of the block. */
function spread(solver: GridSolver, { block }: WalkedBlock, scheme: Interpolation, samples: BlockSums): void {
  const across = table(solver, scheme, block.columns);
  const along = table(solver, scheme, block.rows);
  const shape = { columns: block.columns, rows: block.rows, n: scheme.size };
  const line = new Float64Array(scheme.size * block.rows);
  tensor(samples.mass, { across, along, line }, shape, solver.block.mass);
  samples.moment.forEach((field, d) => {
    tensor(field, { across, along, line }, shape, solver.block.moment[d] ?? solver.block.mass);
  });
  solver.block.terms = 0;
}

/** out[r, c] = Σ_a Σ_b along[r, a] across[c, b] field[a, b]. */
function tensor(
  field: Float64Array,
  { across, along, line }: { readonly across: Float64Array; readonly along: Float64Array; readonly line: Float64Array },
  { columns, rows, n }: { readonly columns: number; readonly rows: number; readonly n: number },
  out: Float64Array,
): void {
  for (let r = 0; r < rows; r++) {
    for (let b = 0; b < n; b++) {
      let value = 0;
      for (let a = 0; a < n; a++) value += (along[r * n + a] ?? 0) * (field[a * n + b] ?? 0);
      line[r * n + b] = value;
    }
  }
  for (let r = 0, at = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, at++) {
      let value = 0;
      for (let b = 0; b < n; b++) value += (across[c * n + b] ?? 0) * (line[r * n + b] ?? 0);
      out[at] = value;
    }
  }
}

/**
 * The errors of all points of a block: of interpolation, and the largest of the samples times Λ², with their rounding. That of
 * the logits counts here too, as each sample has its own.
 */
function addErrors(
  solver: GridSolver,
  { walked, scheme, samples }: { readonly walked: WalkedBlock; readonly scheme: Interpolation; readonly samples: BlockSums },
  error: { readonly mass: number; readonly moment: number },
): void {
  const { size, lebesgue } = scheme;
  const count = size * size;
  const most = (field: Float64Array): number => {
    let largest = 0;
    for (let at = 0; at < count; at++) largest = Math.max(largest, field[at] ?? 0);
    return largest;
  };
  const logits = Math.expm1(2 * logitRounding(solver, walked));
  const rounding = (sumRounding(samples, count, solver) + 64 * count * Number.EPSILON + logits) * most(samples.mass);
  const growth = lebesgue * lebesgue;
  const points = walked.block.columns * walked.block.rows;
  solver.block.massError.fill(growth * (most(samples.massError) + rounding) + error.mass * (1 + logits), 0, points);
  const moment = growth * (most(samples.momentError) + rounding * 4 * solver.radius) + error.moment * (1 + logits);
  solver.block.momentError.fill(moment, 0, points);
}

function table({ tables }: GridSolver, scheme: Interpolation, count: number): Float64Array {
  const key = `${scheme.size} ${count}`;
  const known = tables.get(key) ?? lagrangeAt(scheme, count);
  tables.set(key, known);
  return known;
}
