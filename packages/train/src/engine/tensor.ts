/** Sizes of an array, row-major: `[]` is a scalar, `[B, D]` a batch of points. */
export type Shape = readonly number[];

/** A float32 array inside a traced function: a symbol with a shape, whose numbers do not exist yet. */
export interface Tensor {
  readonly shape: Shape;
}

/** What an operation accepts: a tensor, or a number that becomes a constant of the program. */
export type Operand = Tensor | number;

/** Values by name, for a fixed set of names. */
export type Named<K extends string, V> = { readonly [name in K]: V };

/** How many numbers an array of this shape holds. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}
