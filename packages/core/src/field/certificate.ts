/** What a caller asks of an evaluation. */
export type Demand =
  /** A full scan, all sums in float64 in a fixed order: the same question gives the same bytes, whoever computes. */
  | { readonly kind: "exact" }
  /** Any way of computing whose rigorous error bound is at most epsilon times the radius of the data. */
  | { readonly kind: "certified"; readonly epsilon: number }
  /** An estimate from `references` components drawn at random, with its standard error. */
  | { readonly kind: "statistical"; readonly references: number };

/** What is promised of the values of one evaluation at B points, and what they cost. */
export interface Certificate {
  readonly promise: Demand["kind"];
  /**
   * Of the posterior mean, in the units of the data, [B]: for `exact` and `certified` no less than ‖μ̂ − μ‖, rounding
   * included; for `statistical` the standard error of ‖μ̂ − μ‖. A velocity is off by |b| times as much. Absent where the
   * rounding of a posterior has no analysis (mixtures, sources that are not isotropic). Eq. (M6)
   */
  readonly bound?: Float64Array;
  /** Pairs (point, component) whose weight was computed. */
  readonly evaluations: number;
  /** Pairs whose weight was shown to be negligible, or left out at random, without computing it. */
  readonly skipped: number;
  /** Who computed, as its name says: "reference", "wasm ×2", … */
  readonly backend: string;
}
