import { fork, normal, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { applyRule, corrections, type OptimizerRule } from "./optimizer-rule.js";
import { buildOptimizer, type OptimizerSpec } from "./optimizer-spec.js";

const engine = await jaxEngine();
const P = 30;
const RATE = 0.05;
const rng = rngOf(31);
const start = Float32Array.from(normal(fork(rng, "theta"), new Float64Array(P)));
const gradients = Array.from({ length: 12 }, (_, k) => Float32Array.from(normal(fork(rng, "g", k), new Float64Array(P))));

/** One parameter through all steps in float64, written from the papers. */
function reference(rule: OptimizerRule, theta: number, of: (k: number) => number): number {
  let [m, v] = [0, 0];
  for (let k = 0; k < gradients.length; k++) {
    const raw = of(k);
    const g = rule.kind === "sgd" || rule.kind === "adam" ? raw + rule.weightDecay * theta : raw;
    if (rule.kind === "sgd") {
      m = rule.momentum * m + g;
      theta -= RATE * (rule.nesterov ? g + rule.momentum * m : m);
    } else if (rule.kind === "lion") {
      theta -= RATE * (Math.sign(rule.beta1 * m + (1 - rule.beta1) * g) + rule.weightDecay * theta);
      m = rule.beta2 * m + (1 - rule.beta2) * g;
    } else {
      m = rule.beta1 * m + (1 - rule.beta1) * g;
      v = rule.beta2 * v + (1 - rule.beta2) * g * g;
      const [mHat, vHat] = [m / (1 - rule.beta1 ** (k + 1)), v / (1 - rule.beta2 ** (k + 1))];
      const decay = rule.kind === "adamw" ? rule.weightDecay * theta : 0;
      theta -= RATE * (mHat / (Math.sqrt(vHat) + rule.epsilon) + decay);
    }
  }
  return theta;
}

function stepOf(rule: OptimizerRule) {
  return engine.compile({
    name: "rule",
    state: { theta: [P], firstMoment: [P], secondMoment: [P] },
    inputs: { gradient: [P], scalars: [3] },
    trace(ops, state, { gradient, scalars }) {
      const [rate, firstCorrection, secondCorrection] = [0, 1, 2].map((k) => ops.slice(scalars, k, k + 1));
      if (!rate || !firstCorrection || !secondCorrection) throw new Error("no scalars");
      return { next: { ...applyRule(ops, rule, state, { gradient, rate, firstCorrection, secondCorrection }) }, outputs: {} };
    },
  });
}

async function run(rule: OptimizerRule, list: readonly Float32Array[]) {
  const resident = (values: Float32Array) => engine.resident(values, [P]);
  const state = {
    theta: resident(start),
    firstMoment: resident(new Float32Array(P)),
    secondMoment: resident(new Float32Array(P)),
  };
  const step = stepOf(rule);
  for (const [k, gradient] of list.entries()) {
    await step.run(state, { gradient, scalars: Float32Array.of(RATE, ...corrections(rule, k)) });
  }
  return { theta: await state.theta.read(), secondMoment: await state.secondMoment.read() };
}

describe("applyRule", () => {
  const specs: OptimizerSpec[] = [
    { kind: "adamw", weightDecay: 0.1 },
    { kind: "adam", weightDecay: 0.1 },
    { kind: "sgd", momentum: 0 },
    { kind: "sgd", weightDecay: 0.05 },
    { kind: "sgd", momentum: 0.8, nesterov: true },
    { kind: "lion" },
    { kind: "lion", beta1: 0.5, weightDecay: 0.2 },
  ];
  for (const spec of specs) {
    it(`agrees with float64 over twelve steps: ${JSON.stringify(spec)}`, async () => {
      const { rule } = buildOptimizer(spec);
      const { theta } = await run(rule, gradients);
      for (let i = 0; i < P; i++) {
        const expected = reference(rule, Number(start[i]), (k) => Number(gradients[k]?.[i]));
        // Momenta below 20 move θ by less than 1 a step; a dozen steps of a dozen roundings of 2^-24 each: 12·12·6e-8·1.
        expect(Math.abs(Number(theta[i]) - expected)).toBeLessThan(1e-5);
      }
    });
  }

  it("of Lion moves every parameter by the rate, down to the smallest normal gradients, and none that has no gradient", async () => {
    const { rule } = buildOptimizer({ kind: "lion" });
    const sizes = [0, 1.2e-37, -1.2e-37, 1e-20, 3e38, -3e38];
    const gradient = Float32Array.from({ length: P }, (_, i) => Number(sizes[i % sizes.length]));
    const { theta, secondMoment } = await run(rule, [gradient]);
    for (let i = 0; i < P; i++) {
      const moved = Number(start[i]) - Number(theta[i]);
      expect(moved).toBeCloseTo(RATE * Math.sign(Number(gradient[i])), 6);
    }
    expect(secondMoment).toEqual(new Float32Array(P)); // a method of one moment leaves the other at zero
  });
});
