import { conditionalVelocity, condOt, cosine, pathBatch, points, type Scheduler } from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { parity, pointsFrom, read, type Written } from "./load.js";

interface Case {
  readonly matcher: string;
  readonly sigma: number;
  readonly t_set: string;
  readonly t: number[];
  readonly mu_t: number[][];
  readonly sigma_t: number[];
  readonly x_t: number[][];
  readonly u_t: Written[][];
}

const file = parity<{ x0: number[][]; x1: number[][]; eps: number[][]; cases: Case[] }>("torchcfm");
const name = ({ matcher, sigma, t_set }: Case): string => `${matcher}, σ = ${sigma}, ${t_set}`;
const EPS = Number.EPSILON;

/** The scheduler whose conditional path theirs is, and which of their draws is the noise; otherwise why there is none. */
function counterpart({ matcher, sigma }: Case): { scheduler: Scheduler; noise: number[][] } | string {
  switch (matcher) {
    case "ConditionalFlowMatcher":
      return sigma === 0
        ? { scheduler: condOt(), noise: file.x0 }
        : "σ > 0 smooths the segment between a pair (x0, x1); ours smooths the data, after which z is not at the end";
    case "TargetConditionalFlowMatcher":
      return { scheduler: condOt({ sigmaMin: sigma }), noise: file.eps };
    case "VariancePreservingConditionalFlowMatcher":
      return sigma === 0
        ? { scheduler: cosine(), noise: file.x0 }
        : "σ > 0 smooths the arc between a pair (x0, x1); ours smooths the data";
    case "SchrodingerBridgeConditionalFlowMatcher":
      return "a Brownian bridge between a pair (x0, x1) has noise √(t(1 − t)) at neither end: not a path from noise to data";
    default:
      return `unknown matcher ${matcher}`;
  }
}

for (const one of file.cases) {
  const found = counterpart(one);
  if (typeof found === "string") test(name(one), (context) => context.skip(found));
  else describe(name(one), () => agree(one, found));
}

function agree(one: Case, { scheduler, noise }: { scheduler: Scheduler; noise: number[][] }): void {
  test("x_t and u_t are ours", () => {
    const batch = pathBatch(scheduler, Float64Array.from(one.t), pointsFrom(noise), pointsFrom(file.x1));
    one.x_t.flat().forEach((v, i) => {
      // Theirs adds the terms in another order, at the size 3; cos(π/2) is 6e-17 there and 0 here.
      expect(Math.abs(batch.xt.data[i] - v)).toBeLessThanOrEqual(8 * EPS * (Math.abs(v) + 3));
    });
    one.u_t
      .flat()
      .map(read)
      .forEach((v, i) => {
        // The target matcher divides (x1 − (1 − σ)x_t) by σ_t: 10 at t = 0.9, and 0/0 at t = 1 for σ = 0.
        const amplified = 8 * EPS * (Math.abs(v) + 6) * (one.matcher.startsWith("Target") ? 10 : 1);
        if (!Number.isNaN(v)) expect(Math.abs(batch.ut.data[i] - v)).toBeLessThanOrEqual(amplified);
      });
  });

  test("their path given what they condition on, z or the pair, has mean αz (+ βx0) and deviation β (0)", () => {
    const onPair = one.matcher !== "TargetConditionalFlowMatcher";
    one.t.forEach((t, b) => {
      const { alpha, beta } = scheduler.at(t);
      expect(Math.abs((onPair ? 0 : beta) - one.sigma_t[b])).toBeLessThanOrEqual(EPS);
      one.mu_t[b].forEach((v, d) => {
        const mean = alpha * file.x1[b][d] + (onPair ? beta * noise[b][d] : 0);
        expect(Math.abs(mean - v)).toBeLessThanOrEqual(4 * EPS * (Math.abs(v) + 3));
      });
    });
  });

  test("the conditional vector field at their x_t is their u_t", () => {
    one.t.forEach((t, b) => {
      const at = scheduler.at(t);
      const [x, z] = [one.x_t[b], file.x1[b]].map((row) => points(Float64Array.from(row), row.length));
      if (at.beta === 0) {
        expect(() => conditionalVelocity(at, x, z)).toThrow(/p_t\(x\|z\) is a point mass/);
        return;
      }
      const velocity = conditionalVelocity(at, x, z).data;
      one.u_t[b].map(read).forEach((v, d) => {
        const size = (Math.abs(at.dBeta) / at.beta) * (Math.abs(x.data[d]) + Math.abs(z.data[d])) + Math.abs(v) + 3;
        expect(Math.abs(velocity[d] - v)).toBeLessThanOrEqual(16 * EPS * size);
      });
    });
  });
}
