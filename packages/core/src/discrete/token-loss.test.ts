import fc from "fast-check";
import { expect, test } from "vitest";
import { condOt, polynomial } from "../scheduler/index.js";
import { kappaOf } from "./kappa-schedule.js";
import { generalisedKl, tokenCrossEntropy, tokenSoftmax } from "./token-loss.js";
import { tokensOf } from "./tokens.js";

const K = 5;
const logit = fc.double({ min: -8, max: 8, noNaN: true });
const example = fc.record({
  logits: fc.array(logit, { minLength: K, maxLength: K }),
  x: fc.nat(K - 1),
  z: fc.nat(K - 1),
  t: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
});

test("the generalised KL is the Bregman divergence Σ v log(v/u) − v + u of the two rows of rates", () => {
  const schedule = kappaOf(polynomial(2));
  fc.assert(
    fc.property(example, ({ logits, x, z, t }) => {
      const prediction = { logits: Float64Array.from(logits), xt: tokensOf([[x]], K), z: tokensOf([[z]], K) };
      const [found] = generalisedKl(schedule, [t], prediction, new Float64Array(1));
      const p = tokenSoftmax(prediction.logits, K, new Float64Array(K));
      const { hazard } = schedule.at(t);
      let expected = 0;
      for (let y = 0; y < K; y++) {
        if (y === x) continue;
        const [v, u] = [hazard * (y === z ? 1 : 0), hazard * p[y]];
        expected += (v > 0 ? v * Math.log(v / u) : 0) - v + u;
      }
      // Terms of at most 16 hazards, a few roundings each.
      expect(Math.abs(found - expected)).toBeLessThan(1e-13 * hazard);
      expect(found).toBeGreaterThanOrEqual(0);
    }),
  );
});

test("the cross-entropy is −log softmax at z, whatever is added to the logits", () => {
  fc.assert(
    fc.property(example, ({ logits, x, z }) => {
      const [xt, end] = [tokensOf([[x]], K), tokensOf([[z]], K)];
      const [found] = tokenCrossEntropy({ logits: Float64Array.from(logits), xt, z: end }, new Float64Array(1));
      const p = tokenSoftmax(Float64Array.from(logits), K, new Float64Array(K));
      expect(Math.abs(found + Math.log(p[z]))).toBeLessThan(1e-13);
      const moved = tokenCrossEntropy({ logits: Float64Array.from(logits, (v) => v + 900), xt, z: end }, new Float64Array(1));
      expect(Math.abs(moved[0] - found)).toBeLessThan(1e-12); // 900 rounds at 1e-13
    }),
  );
});

test("a probability of zero costs an infinite loss where the token matters, and none where it is right", () => {
  const logits = Float64Array.of(0, -Infinity, -Infinity, 0);
  const prediction = { logits, xt: tokensOf([[0, 1]], 2), z: tokensOf([[0, 0]], 2) };
  expect([...generalisedKl(kappaOf(condOt()), [0.5], prediction, new Float64Array(2))]).toEqual([0, Infinity]);
  expect([...tokenCrossEntropy(prediction, new Float64Array(2))]).toEqual([0, Infinity]);
});

test("t = 1, logits without a softmax, and other shapes are refused", () => {
  const [xt, z] = [tokensOf([[0]], 2), tokensOf([[1]], 2)];
  const schedule = kappaOf(condOt());
  expect(() => generalisedKl(schedule, [1], { logits: new Float64Array(2), xt, z }, new Float64Array(1))).toThrow(
    /expected a time at which it is finite/,
  );
  for (const logits of [
    Float64Array.of(-Infinity, -Infinity),
    Float64Array.of(Number.NaN, 0),
    Float64Array.of(0, Number.NaN),
    Float64Array.of(Infinity, 0),
  ]) {
    expect(() => tokenCrossEntropy({ logits, xt, z }, new Float64Array(1))).toThrow(/^Cannot take the softmax of row 0/);
  }
  expect(() => tokenCrossEntropy({ logits: new Float64Array(3), xt, z }, new Float64Array(1))).toThrow(/there are 3; expected 2/);
  expect(() => tokenCrossEntropy({ logits: new Float64Array(2), xt: tokensOf([[0], [1]], 2), z }, new Float64Array(1))).toThrow(
    "Cannot compare: there are 2 x_t and 1 z; expected as many",
  );
});
