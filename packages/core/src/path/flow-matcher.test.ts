import { expect, test } from "vitest";
import { points, takeRows } from "../points/index.js";
import { fork, normal, rngOf } from "../random/index.js";
import {
  conditionalFlowMatcher,
  exactOptimalTransportConditionalFlowMatcher,
  matchFlow,
  schrodingerBridgeConditionalFlowMatcher,
  scoreWeight,
  targetConditionalFlowMatcher,
  variancePreservingConditionalFlowMatcher,
} from "./flow-matcher.js";
import { interpolantBatch } from "./interpolant.js";

const draws = (name: string, n = 12) => points(normal(fork(rngOf(1), name), new Float64Array(2 * n)), 2);
const ends = { x0: draws("x0"), x1: draws("x1") };
const all = [
  conditionalFlowMatcher(),
  conditionalFlowMatcher(0.1),
  exactOptimalTransportConditionalFlowMatcher(0.1),
  targetConditionalFlowMatcher(0.1),
  schrodingerBridgeConditionalFlowMatcher(0.8),
  variancePreservingConditionalFlowMatcher(),
];

test("a matched batch is the path between the rows that the coupling paired, at times in (0, 1)", () => {
  for (const matcher of all) {
    const batch = matchFlow(matcher, ends, rngOf(2));
    const { rows0, rows1, t, z } = batch;
    expect(t.every((time) => time > 0 && time < 1)).toBe(true);
    const again = interpolantBatch(matcher.path, t, { x0: takeRows(ends.x0, rows0), x1: takeRows(ends.x1, rows1), z });
    expect([batch.xt, batch.ut]).toEqual([again.xt, again.ut]);
  }
});

test("the same key draws the same batch, given times are kept, and labels follow the rows of x1", () => {
  const t = new Float64Array(12).fill(0.25);
  const [a, b] = [0, 1].map(() => matchFlow(all[2], ends, rngOf(3), t));
  expect(a).toEqual(b);
  expect(a.t).toBe(t);
  expect([...a.x1.data]).toEqual([...takeRows(ends.x1, a.rows1).data]);
  expect(() => matchFlow(all[0], ends, rngOf(1), Float64Array.of(0.5))).toThrow(/t is \[1\], x1 is \[12, 2\]/);
});

test("the weight of the score is 2γ/σ²", () => {
  expect(scoreWeight(schrodingerBridgeConditionalFlowMatcher(2).path, 0.5, 2)).toBe(0.5);
  expect(() => scoreWeight(conditionalFlowMatcher().path, 0.5, 0)).toThrow(/Cannot weigh the score: σ is 0/);
});

test("widths out of their domain are refused", () => {
  expect(() => schrodingerBridgeConditionalFlowMatcher(0)).toThrow(RangeError);
  expect(() => schrodingerBridgeConditionalFlowMatcher(-0.5)).toThrow(RangeError);
  expect(() => targetConditionalFlowMatcher(1)).toThrow(RangeError);
  expect(() => conditionalFlowMatcher(-1)).toThrow(RangeError);
});
