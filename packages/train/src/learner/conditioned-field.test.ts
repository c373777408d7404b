import { condOt, fork, normal, type Points, points, rngOf, zerosLike } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork, evaluateHost } from "../network/index.js";
import type { TrainingBatch } from "../objective/index.js";
import { buildOptimizer } from "../optimizer/index.js";
import { networkField } from "./conditioned-field.js";
import { createLearner } from "./learner.js";

const engine = await jaxEngine();
const rng = rngOf(51);
const [B, D, K] = [5, 2, 3];
const network = buildNetwork({ kind: "residual-mlp", dim: D, width: 16, depth: 1, classes: K });
const theta = network.init(rng).map((v, i) => v + 0.1 * Math.sin(i));
const cell = engine.resident(theta, [theta.length]);
const draw = (name: string, size = B): Points => points(normal(fork(rng, name), new Float64Array(size * D)), D);
const [x, dx] = [draw("x"), draw("dx")];
const label = Int32Array.of(2, 0, -1, 1, 2);
const t = Float64Array.of(0.1, 0.9, 0.3, 0.5, 0.7);

const field = (condition = {}) => networkField(engine, network, cell, condition);
const host = (y: Int32Array): Float64Array => evaluateHost(network, theta, { t, x, label: y }).data;

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(Math.abs(Number(actual[i]) - Number(expected[i]))).toBeLessThan(tolerance);
}

describe("a field under a condition", () => {
  it("is the float64 network at those labels: for each point, for all, and for none", async () => {
    const at = async (condition: object) => (await field(condition).evaluateAt(t, x, zerosLike(x))).data;
    expectClose(await at({ label }), host(label));
    expectClose(await at({ label: 1 }), host(new Int32Array(B).fill(1)));
    expectClose(await at({}), host(new Int32Array(B).fill(-1)));
    expect(await at({ label: -1 })).toEqual(await at({}));
  });

  it("guides by v_∅ + w(v_y − v_∅) in float64: 1 is the class, 0 none, and a point without a label stays where it is", async () => {
    const at = async (condition: object) => (await field(condition).evaluateAt(t, x, zerosLike(x))).data;
    const [none, own] = [await at({}), await at({ label })];
    expect(await at({ label, guidance: 1 })).toEqual(own);
    expect(await at({ label, guidance: 0 })).toEqual(none);
    for (const w of [-1, 0.5, 2.5]) {
      const guided = await at({ label, guidance: w });
      expectClose(
        guided,
        none.map((v, i) => v + w * (Number(own[i]) - v)),
        1e-14,
      );
      expect([...guided.subarray(4, 6)]).toEqual([...none.subarray(4, 6)]);
    }
    expect(() => field({ label, guidance: Number.NaN })).toThrow(
      new RangeError("Cannot guide the network: the weight is NaN; expected a finite number"),
    );
  });

  it("has the derivatives of its own velocities: jvp, divergence and the blocking field follow the condition", async () => {
    const h = 1e-4;
    for (const condition of [{ label }, { label, guidance: 3 }, { label: 0 }]) {
      const guided = field(condition);
      const w = condition.guidance ?? 1;
      const y = typeof condition.label === "number" ? new Int32Array(B).fill(condition.label) : condition.label;
      const exact = (at: Points): Float64Array => {
        const of = (l: Int32Array) => evaluateHost(network, theta, { t: new Float64Array(B).fill(0.4), x: at, label: l }).data;
        const [none, own] = [of(new Int32Array(B).fill(-1)), of(y)];
        return none.map((v, i) => v + w * (Number(own[i]) - v));
      };
      expectClose(guided.blocking.evaluate(0.4, x, zerosLike(x)).data, exact(x), 3e-5);
      const moved = (direction: Float64Array, s: number): Float64Array =>
        exact(
          points(
            x.data.map((v, i) => v + s * Number(direction[i])),
            D,
          ),
        );
      const slope = (direction: Float64Array): Float64Array => {
        const [up, down] = [moved(direction, h), moved(direction, -h)];
        return up.map((v, i) => (v - Number(down[i])) / (2 * h)); // h² of the third derivative: below 1e-6
      };
      expectClose((await guided.jvp(0.4, x, dx, zerosLike(x))).data, slope(dx.data), 1e-4);
      const columns = [0, 1].map((d) => slope(Float64Array.from({ length: B * D }, (_, i) => (i % D === d ? 1 : 0))));
      const divergence = Float64Array.from(
        { length: B },
        (_, b) => Number(columns[0]?.[b * D]) + Number(columns[1]?.[b * D + 1]),
      );
      expectClose(await guided.divergence(0.4, x), divergence, 1e-4);
    }
  });

  it("refuses labels that are no class or too few, and any for a network without classes", async () => {
    await expect(field({ label: 3 }).evaluate(0.5, x, zerosLike(x))).rejects.toThrow(
      new RangeError("Cannot condition the network: the label of point 0 is 3; expected -1 (none) or 0 … 2"),
    );
    await expect(field({ label: Int32Array.of(1) }).evaluate(0.5, x, zerosLike(x))).rejects.toThrow(
      new RangeError("Cannot evaluate the network: there are 1 labels; expected 5, one for each point"),
    );
    const plain = buildNetwork({ kind: "mlp", dim: D, width: 4, depth: 1 });
    const bare = networkField(engine, plain, engine.resident(plain.init(rng), [plain.parameterCount]), { label: 0 });
    await expect(bare.evaluate(0.5, x, zerosLike(x))).rejects.toThrow(/expected -1, for the network has no classes/);
  });
});

describe("a learner with labels", () => {
  const options = { engine, network, optimizer: buildOptimizer({ learningRate: 5e-3, emaDecay: 0.9 }), rng };
  const batch: TrainingBatch = { t, xt: x, ut: draw("u") };

  it("has the loss of the labelled network, and without labels that of the null label", async () => {
    const learner = createLearner(options);
    const labelled = await learner.gradient({ ...batch, label });
    const { data } = await learner.field({ label }).evaluateAt(t, x, zerosLike(x));
    const loss = data.reduce((sum, v, i) => sum + (v - Number(batch.ut.data[i])) ** 2, 0) / B;
    expect(Math.abs(labelled.loss - loss)).toBeLessThan(1e-5 * (1 + loss));
    expect(await learner.gradient(batch)).toEqual(await learner.gradient({ ...batch, label: new Int32Array(B).fill(-1) }));
    expect(await learner.gradient(batch)).not.toEqual(labelled);
  });

  it("learns a field for each class and their mean for none: points at ±2 told apart by their class alone", async () => {
    const learner = createLearner(options);
    const path = condOt();
    const drawn = (k: number, size: number): TrainingBatch & { readonly label: Int32Array } => {
      const noise = draw(`noise ${k}`, size);
      const classes = Int32Array.from({ length: size }, (_, b) => b % 2);
      // Half of the labels are dropped; at t = 0 the velocity of class y is z_y − E ε = ±2, and 0 for none.
      const given = classes.map((y, b) => (b % 4 < 2 ? y : -1));
      const { dAlpha, dBeta } = path.at(0);
      const ut = points(
        noise.data.map((e, i) => dBeta * e + dAlpha * (classes[Math.floor(i / D)] === 0 ? 2 : -2)),
        D,
      );
      return { t: new Float64Array(size), xt: noise, ut, label: given };
    };
    for (let k = 0; k < 300; k++) await learner.step(drawn(k, 64));
    const origin = points(new Float64Array(3 * D), D);
    const { data } = await learner.field({ ema: true, label: Int32Array.of(0, 1, -1) }).evaluate(0, origin, zerosLike(origin));
    // Untrained, all three rows are equal: within 0.5 of 2, −2 and 0 only a network that tells them apart can be.
    expectClose(data, [2, 2, -2, -2, 0, 0], 0.5);
  });
});
