import { fork, normal, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { type AdamW, adamW, biasCorrection } from "./adamw.js";

const engine = await jaxEngine();
const P = 40;

/** AdamW in float64, written from the paper: moments, bias correction, decoupled decay. */
function reference(options: AdamW, gradients: Float32Array[], start: Float32Array, rate: number): Float64Array {
  const { beta1, beta2, epsilon, weightDecay } = options;
  const theta = Float64Array.from(start);
  const [m, v] = [new Float64Array(P), new Float64Array(P)];
  gradients.forEach((gradient, k) => {
    for (let i = 0; i < P; i++) {
      const g = Number(gradient[i]);
      m[i] = beta1 * Number(m[i]) + (1 - beta1) * g;
      v[i] = beta2 * Number(v[i]) + (1 - beta2) * g * g;
      const mHat = Number(m[i]) / (1 - beta1 ** (k + 1));
      const vHat = Number(v[i]) / (1 - beta2 ** (k + 1));
      theta[i] = Number(theta[i]) - rate * (mHat / (Math.sqrt(vHat) + epsilon) + weightDecay * Number(theta[i]));
    }
  });
  return theta;
}

const program = (options: AdamW) =>
  engine.compile({
    name: "adamw",
    state: { theta: [P], firstMoment: [P], secondMoment: [P] },
    inputs: { gradient: [P], scalars: [3] },
    trace(ops, state, { gradient, scalars }) {
      const next = adamW(ops, options, state, {
        gradient,
        rate: ops.slice(scalars, 0, 1),
        firstCorrection: ops.slice(scalars, 1, 2),
        secondCorrection: ops.slice(scalars, 2, 3),
      });
      return { next: { ...next }, outputs: {} };
    },
  });

describe("adamW", () => {
  const rng = rngOf(23);
  const start = Float32Array.from(normal(fork(rng, "theta"), new Float64Array(P)));
  const gradients = Array.from({ length: 12 }, (_, k) =>
    Float32Array.from(normal(fork(rng, "gradient", k), new Float64Array(P))),
  );
  const choices: [string, AdamW][] = [
    ["Adam", { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }],
    ["with decay", { beta1: 0.9, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1 }],
    ["without memory of the mean", { beta1: 0, beta2: 0.5, epsilon: 0.1, weightDecay: 0 }],
  ];
  for (const [name, options] of choices) {
    it(`agrees with float64 over twelve steps: ${name}`, async () => {
      const rate = 0.05;
      const state = {
        theta: engine.resident(start, [P]),
        firstMoment: engine.resident(new Float32Array(P), [P]),
        secondMoment: engine.resident(new Float32Array(P), [P]),
      };
      const step = program(options);
      for (const [k, gradient] of gradients.entries()) {
        const scalars = Float32Array.of(rate, biasCorrection(options.beta1, k), biasCorrection(options.beta2, k));
        await step.run(state, { gradient, scalars });
      }
      const theta = await state.theta.read();
      const expected = reference(options, gradients, start, rate);
      // A step moves θ by at most about rate·3 and rounds it, |θ| < 4, to 2^-22; a dozen steps, each with a dozen roundings
      // of 2^-24 relative in the direction: 12·(2.4e-7 + 0.15·12·6e-8) = 4.2e-6.
      for (let i = 0; i < P; i++) expect(Math.abs(Number(theta[i]) - Number(expected[i]))).toBeLessThan(4.2e-6);
    });
  }

  it("moves every parameter by the rate in its first step, whatever the size of the gradient", async () => {
    const state = {
      theta: engine.resident(new Float32Array(P), [P]),
      firstMoment: engine.resident(new Float32Array(P), [P]),
      secondMoment: engine.resident(new Float32Array(P), [P]),
    };
    const options: AdamW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-12, weightDecay: 0 };
    const gradient = Float32Array.from({ length: P }, (_, i) => (i % 2 === 0 ? 1e-4 : -30) * (i + 1));
    const scalars = Float32Array.of(0.01, biasCorrection(0.9, 0), biasCorrection(0.999, 0));
    await program(options).run(state, { gradient, scalars });
    for (const [i, theta] of (await state.theta.read()).entries()) expect(theta).toBeCloseTo(i % 2 === 0 ? -0.01 : 0.01, 7);
  });
});
