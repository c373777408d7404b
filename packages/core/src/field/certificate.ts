/**
 * What is promised of a value. `exact`: every component of the data was scanned and all sums were taken in float64 in a
 * fixed order, so that the same question gives the same bytes.
 */
export interface Certificate {
  readonly kind: "exact";
  /** How many components of the data were read. */
  readonly scanned: number;
}
