import { logitsOf, normal, points, rngOf, row } from "@fluxion/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bindAtoms } from "../bind/index.js";
import { rowLayout } from "./layout.js";
import { atomScale, prepareQuery } from "./prepare.js";

const D = 3;
const data = points(normal(rngOf(5), new Float64Array(20 * D)), D);
const logWeights = new Float64Array(20).map((_, i) => (i % 4 === 3 ? -Infinity : -Math.log(15)));

test("q·y + bias + shift is the logit, for data and queries of any size, and atoms without weight take no part", () => {
  const sizes = fc.record({
    scale: fc.constantFrom(1, 1e-12, 1e12),
    alpha: fc.double({ min: 0, max: 1, noNaN: true }),
    beta: fc.double({ min: 1e-3, max: 1, noNaN: true }),
    seed: fc.nat(1e6),
  });
  fc.assert(
    fc.property(sizes, ({ scale, alpha, beta, seed }) => {
      const z = points(
        data.data.map((v) => scale * (v + 1)),
        D,
      );
      const query = { alpha, variance: scale * scale * beta * beta, tangent: undefined };
      const x = points(
        normal(rngOf(seed), new Float64Array(2 * D)).map((v) => scale * v),
        D,
      );
      const bound = bindAtoms({ points: z, logWeights });
      const parts = atomScale(bound);
      expect([...parts.kept]).toEqual([...logWeights.keys()].filter((i) => i % 4 !== 3));
      const prepared = prepareQuery(bound, parts, rowLayout(D), x, query);
      for (let b = 0; b < 2; b++) {
        const exact = new Float64Array(20);
        logitsOf({ points: z, logWeights }, row(x, b), query, exact);
        parts.kept.forEach((i, k) => {
          let logit = (prepared.bias?.[k] ?? Number.NaN) + (prepared.shift[b] ?? 0);
          for (let d = 0; d < D; d++) logit += (prepared.rows[4 * b + d] ?? 0) * ((bound.stored[i * D + d] ?? 0) / parts.unit);
          // q, y and the bias are rounded to float32 once: each term to 2⁻²⁴ of itself
          const size = (prepared.norm[b] ?? 0) * (parts.norm / parts.unit) * 2 + prepared.biasNorm;
          expect(Math.abs(logit - (exact[i] ?? 0))).toBeLessThanOrEqual(2 ** -23 * size + 1e-9);
        });
      }
    }),
  );
});

test("rows that float32 cannot hold are told apart, and biases that it cannot hold are none", () => {
  const bound = bindAtoms({ points: data, logWeights: new Float64Array(20).fill(-Math.log(20)) });
  const scale = atomScale(bound);
  const x = points(Float64Array.of(0, 0, 0, 1e9, 0, 0), D);
  const far = prepareQuery(bound, scale, rowLayout(D), x, { alpha: 1e-4, variance: 1e-26, tangent: undefined });
  expect([...far.norm.map((n) => (n < Infinity ? 1 : 0))]).toEqual([1, 0]);
  expect([...far.rows.subarray(4)]).toEqual([0, 0, 0, 0]);
  expect(far.bias).toBeDefined();
  const near = prepareQuery(bound, scale, rowLayout(D), x, { alpha: 1, variance: 1e-40, tangent: undefined });
  expect(near.bias).toBeUndefined();
  expect([...near.norm]).toEqual([Infinity, Infinity]);
});

test("directions have length one on the device, whatever they were", () => {
  const bound = bindAtoms({ points: data, logWeights });
  const v = points(Float64Array.of(3 * 2 ** 700, 0, 4 * 2 ** 700, 0, 0, 0, 0, -(2 ** -700), 0), D);
  const query = { alpha: 0.5, variance: 0.25, tangent: v };
  const { directions, lengths } = prepareQuery(bound, atomScale(bound), rowLayout(D), v, query);
  expect([...(directions ?? [])]).toEqual([...Float32Array.of(0.6, 0, 0.8, 0, 0, 0, 0, 0, 0, -1, 0, 0)]);
  expect([...lengths]).toEqual([5 * 2 ** 700, 0, 2 ** -700]);
});

test("data without weights are refused", () => {
  const bound = { ...bindAtoms({ points: data, logWeights }), logWeights: new Float64Array(20).fill(-Infinity) };
  expect(() => atomScale(bound)).toThrow("Cannot bind the data: no atom has a weight; expected weights that sum to one");
});
