/** A number to four digits, as `Number` reads it back. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A vector to four digits a coordinate: "(0.4, -1.25)". */
export function vectorText(values: Iterable<number>): string {
  return `(${Array.from(values, numberText).join(", ")})`;
}
