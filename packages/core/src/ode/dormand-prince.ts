import type { EmbeddedTableau } from "./tableau.js";

/**
 * The method of Dormand and Prince: order 5 with an embedded order 4, seven stages of which the last is the first of the
 * next step, so six evaluations a step [Dormand1980; Hairer1993, II.5, table 5.2]. `dense` makes its interpolant one of
 * order 4 with a continuous derivative [Hairer1993, II.6]. As a fixed-step tableau it is a method of order 5.
 */
export const dopri5: EmbeddedTableau = {
  name: "dopri5",
  order: 5,
  a: [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  ],
  b: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0],
  c: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1],
  embedded: {
    order: 4,
    b: [5179 / 57600, 0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40],
  },
  dense: [
    -12715105075 / 11282082432,
    0,
    87487479700 / 32700410799,
    -10690763975 / 1880347072,
    701980252875 / 199316789632,
    -1453857185 / 822651844,
    69997945 / 29380423,
  ],
};
