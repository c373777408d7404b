import { type TokenAtoms, tokenAtoms } from "./token-atoms.js";
import { tokensOf } from "./tokens.js";

/** Options of `gridCheckerboard`. */
export interface GridCheckerboardOptions {
  /** Squares along a side; even and odd ones alternate. @defaultValue 4 */
  readonly squares?: number;
  /** K; more than `side` leaves room for a mask token. @defaultValue `side` */
  readonly vocabulary?: number;
}

/**
 * The checkerboard on a grid of `side` × `side` cells as sequences (column, row) of L = 2 tokens: uniform on the cells of the
 * squares whose numbers add up to an even number. With side 128 it is the data of flow_matching's discrete notebook; its
 * entropy is log(side²/2).
 * @throws RangeError unless `side` is a multiple of an even number of squares and K is at least `side`.
 */
export function gridCheckerboard(side: number, { squares = 4, vocabulary = side }: GridCheckerboardOptions = {}): TokenAtoms {
  if (!(Number.isInteger(squares) && squares >= 2 && squares % 2 === 0 && side >= squares && Number.isInteger(side / squares))) {
    throw new RangeError(
      `Cannot make a checkerboard of ${squares} squares on ${side} cells: expected an even number of squares that divides the cells`,
    );
  }
  const cell = side / squares;
  const cells: [number, number][] = [];
  for (let column = 0; column < side; column++) {
    for (let row = 0; row < side; row++) {
      if ((Math.floor(column / cell) + Math.floor(row / cell)) % 2 === 0) cells.push([column, row]);
    }
  }
  return tokenAtoms(tokensOf(cells, vocabulary));
}
