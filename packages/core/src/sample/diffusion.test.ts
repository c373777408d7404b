import { describe, expect, it } from "vitest";
import { condOt, cosine, linearVp, vp } from "../scheduler/index.js";
import {
  constantDiffusion,
  customDiffusion,
  diffusionNamed,
  diffusionNames,
  memorylessDiffusion,
  noiseDiffusion,
} from "./index.js";

describe("mixing", () => {
  it("is λ = ∫ g²/(2β²) dt: closed forms of the straight path", () => {
    // ∫ c/(2(1 − t)²) dt and ∫ c/(2(1 − t)) dt; 8 points on four pieces leave less than 1e-9 while 1 − t halves
    expect(constantDiffusion(0.7).mixing(condOt(), 0.2, 0.6)).toBeCloseTo(0.35 * (1 / 0.4 - 1 / 0.8), 10);
    expect(noiseDiffusion(0.7).mixing(condOt(), 0.2, 0.6)).toBeCloseTo(0.35 * Math.log(0.8 / 0.4), 10);
    expect(noiseDiffusion().mixing(condOt(), 0.9, 1)).toBe(Infinity);
  });

  it("of the memoryless schedule agrees with the quadrature of its own g², for every scheduler", () => {
    for (const scheduler of [condOt(), cosine(), linearVp(), vp()]) {
      const memoryless = memorylessDiffusion(0.8);
      const custom = customDiffusion("same", (t, at) => memoryless.squared(t, at));
      expect(custom.mixing(scheduler, 0.3, 0.5)).toBeCloseTo(memoryless.mixing(scheduler, 0.3, 0.5), 9);
      const { alpha, beta } = scheduler.at(0.5);
      const [r, s] = [scheduler.at(0.3), { alpha, beta }].map((c) => c.alpha / c.beta);
      expect(memoryless.mixing(scheduler, 0.3, 0.5)).toBeCloseTo(0.64 * Math.log(s / r), 12);
    }
    expect(memorylessDiffusion().mixing(condOt(), 0, 0.1)).toBe(Infinity);
  });

  it("for η = 1 leaves the variance of ancestral sampling, β'²(1 − s²/s'²)", () => {
    for (const scheduler of [condOt(), cosine()]) {
      const [at, to] = [scheduler.at(0.4), scheduler.at(0.55)];
      const lambda = memorylessDiffusion().mixing(scheduler, 0.4, 0.55);
      const ratio = (at.alpha * to.beta) / (at.beta * to.alpha);
      expect(-Math.expm1(-2 * lambda)).toBeCloseTo(1 - ratio * ratio, 13);
    }
  });
});

describe("diffusionNamed", () => {
  it("is the inverse of the name", () => {
    for (const name of diffusionNames) expect(diffusionNamed(name).name).toBe(name);
    for (const text of ["noise:0.5", "constant:2", "memoryless:0.25", "sine:0"]) expect(diffusionNamed(text).name).toBe(text);
    expect(diffusionNamed("constant:0.5").squared(0.3, condOt().at(0.3))).toBe(0.5);
  });

  it("says what is wrong", () => {
    expect(() => diffusionNamed("loud")).toThrow("expected one of none, constant, noise, linear, sine, memoryless");
    expect(() => diffusionNamed("noise:x")).toThrow(SyntaxError);
    expect(() => diffusionNamed("noise:-1")).toThrow(RangeError);
    expect(() => customDiffusion("odd", () => -1).squared(0, condOt().at(0))).toThrow("g² is -1 at t = 0");
  });
});
