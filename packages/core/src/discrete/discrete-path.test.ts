import { expect, test } from "vitest";
import { chiSquaredP } from "../../../../tests/support/chi-squared-of.js";
import { rngOf } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { discretePath, drawTokenPath } from "./discrete-path.js";
import { allTokens, tokenIndex } from "./enumerate-tokens.js";
import { gridCheckerboard } from "./grid-checkerboard.js";
import { kappaOf } from "./kappa-schedule.js";
import { tokenAtoms, tokenEntropy } from "./token-atoms.js";
import { tokenPosterior } from "./token-posterior.js";
import { drawSourceTokens, tokenSource } from "./token-source.js";
import { sequenceOf, tokensOf } from "./tokens.js";

const path = discretePath(kappaOf(condOt()), tokenSource([3, 1, 2]));
const n = 6000;
const z = tokensOf(
  Array.from({ length: n }, () => [2, 0, 1]),
  3,
);
const x0 = drawSourceTokens(path.source, rngOf(1), { length: 3, size: n });

test("x_t is x₀ at t = 0 and z at t = 1, and tokens only turn from one to the other", () => {
  const at = (t: number) => drawTokenPath(path.schedule, new Float64Array(n).fill(t), { x0, z, rng: rngOf(2) }).data;
  expect(at(0)).toEqual(x0.data);
  expect(at(1)).toEqual(z.data);
  const [early, late] = [at(0.3), at(0.6)];
  const strays = early.filter((token, i) => token !== x0.data[i] && token !== z.data[i]);
  const returned = early.filter((token, i) => late[i] !== z.data[i] && token !== x0.data[i]);
  expect([strays.length, returned.length]).toEqual([0, 0]);
});

test("x_t has the conditional law p_t(·|z), and so the posterior's density", () => {
  const xt = drawTokenPath(path.schedule, new Float64Array(n).fill(0.35), { x0, z, rng: rngOf(3) });
  const states = allTokens({ length: 3, vocabulary: 3 });
  const counts = new Float64Array(27);
  for (const index of tokenIndex(xt)) counts[index]++;
  const posterior = tokenPosterior(path.source, tokenAtoms(tokensOf([[2, 0, 1]], 3)));
  const p = posterior.logDensity(states, path.schedule.at(0.35), new Float64Array(27)).map(Math.exp);
  expect(chiSquaredP(counts, p)).toBeGreaterThan(1e-3); // seed 3; fails once in 1000 seeds
});

test("the checkerboard is half of the cells, each row and column alike", () => {
  const { z: cells, weights } = gridCheckerboard(8);
  expect(cells.size).toBe(32);
  expect(Math.abs(tokenEntropy({ z: cells, weights }) - Math.log(32))).toBeLessThan(1e-14);
  const perColumn = new Float64Array(8);
  for (let i = 0; i < 32; i++) perColumn[sequenceOf(cells, i)[0]]++;
  expect([...perColumn]).toEqual(new Array(8).fill(4));
  expect([...sequenceOf(cells, 2)]).toEqual([0, 4]);
  expect(gridCheckerboard(4, { vocabulary: 5 }).z.vocabulary).toBe(5);
  expect(() => gridCheckerboard(6)).toThrow(/^Cannot make a checkerboard of 4 squares on 6 cells/);
});

test("times, sources and data that do not fit are refused", () => {
  expect(() => drawTokenPath(path.schedule, [0.5], { x0, z, rng: rngOf(0) })).toThrow(/there are 1 times/);
  const short = tokensOf([[0, 1]], 3);
  expect(() => drawTokenPath(path.schedule, [0.5], { x0: short, z: tokensOf([[0, 1, 2]], 3), rng: rngOf(0) })).toThrow(
    /^Cannot use x₀: they are 2 of 3 tokens/,
  );
});
