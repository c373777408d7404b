/** Throws unless `dim` is an integer of at least `least`. */
export function requireDimension(what: string, dim: number, least: number): void {
  if (Number.isInteger(dim) && dim >= least) return;
  throw new RangeError(`Cannot make ${what}: its dimension is ${dim}; expected an integer of at least ${least}`);
}
