import { type Points, zeros } from "../points/index.js";

/** A box with a grid. */
export interface MassOptions {
  /** Its lower corner, [1] or [2]. */
  readonly lower: readonly number[];
  /** Its upper corner. */
  readonly upper: readonly number[];
  /** Even number of cells along every axis. @defaultValue 200 */
  readonly cells?: number;
}

/** The mass of a density in a box. */
export interface DensityMass {
  /** ∫ p over the box by the midpoint rule: 1 for a normalised density whose mass lies inside. */
  readonly mass: number;
  /** |difference| to the rule with half as many cells an axis: the size of the error of the grid, or more. */
  readonly gridError: number;
}

/**
 * ∫ exp(log p) over a box of one or two dimensions, to check that a likelihood integrates to one.
 * @throws RangeError unless the box has one or two axes of positive length and the cells are an even positive number, or where a
 * log-density is NaN or +∞.
 */
export function densityMass(logDensity: (x: Points) => Float64Array, { lower, upper, cells = 200 }: MassOptions): DensityMass {
  requireBox(lower, upper, cells);
  const mass = midpointSum(logDensity, lower, upper, cells);
  return { mass, gridError: Math.abs(mass - midpointSum(logDensity, lower, upper, cells / 2)) };
}

function midpointSum(
  logDensity: (x: Points) => Float64Array,
  lower: readonly number[],
  upper: readonly number[],
  cells: number,
): number {
  const dim = lower.length;
  const sides = lower.map((low, d) => (upper[d] - low) / cells);
  const x = zeros(cells ** dim, dim);
  for (let i = 0; i < x.size; i++) {
    for (let d = 0, rest = i; d < dim; d++, rest = Math.floor(rest / cells)) {
      x.data[i * dim + d] = lower[d] + ((rest % cells) + 0.5) * sides[d];
    }
  }
  const values = logDensity(x);
  const bad = values.findIndex((v) => !(v < Infinity));
  if (bad >= 0 || values.length !== x.size) {
    throw new RangeError(
      `Cannot integrate a density: log-density ${bad} of ${values.length} is ${values[bad]}; expected ${x.size} numbers below infinity`,
    );
  }
  return values.reduce((sum, v) => sum + Math.exp(v), 0) * sides.reduce((area, side) => area * side, 1);
}

function requireBox(lower: readonly number[], upper: readonly number[], cells: number): void {
  const axes = lower.length;
  const proper = (axes === 1 || axes === 2) && upper.length === axes && lower.every((low, d) => upper[d] > low);
  if (proper && Number.isInteger(cells) && cells >= 2 && cells % 2 === 0 && [...lower, ...upper].every(Number.isFinite)) return;
  throw new RangeError(
    `Cannot integrate a density: the box is from [${lower}] to [${upper}] with ${cells} cells an axis; expected one or two axes of positive length and an even number of cells`,
  );
}
