/** One step of the derivation, checked on a data set. */
export interface Check {
  /** Short name, for example `m4-marginal`. */
  readonly id: string;
  /** What was checked, as a formula in words. */
  readonly statement: string;
  /** The largest violation found, in the unit of `tolerance`. */
  readonly residual: number;
  /** The largest violation that the arithmetic or the sampling explains. */
  readonly tolerance: number;
  /** Where the tolerance comes from. */
  readonly toleranceFrom: string;
  /** residual ≤ tolerance; a residual that is not a number fails. */
  readonly passed: boolean;
  /** Numbers worth showing beside the verdict. */
  readonly details?: Readonly<Record<string, number>>;
}

/** A check with its verdict. */
export function checked(check: Omit<Check, "passed">): Check {
  return { ...check, passed: check.residual <= check.tolerance };
}

/** The unit roundoff of float64, 2⁻⁵³. */
export const ROUNDOFF: number = 2 ** -53;

/** The largest of several numbers; NaN when one of them is NaN, so that a check on it fails. */
export function largest(values: Iterable<number>): number {
  let top = 0;
  for (const v of values) top = Number.isNaN(v) || v > top ? v : top;
  return top;
}
