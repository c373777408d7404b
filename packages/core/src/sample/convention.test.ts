import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atoms } from "../distribution/index.js";
import { atomPath } from "../field/index.js";
import type { VectorField } from "../ode/index.js";
import { pointsOf, zerosLike } from "../points/index.js";
import { condOt, cosine, vp } from "../scheduler/index.js";
import {
  adaptConvention,
  type Convention,
  clockAt,
  conventionNamed,
  conventions,
  endsOf,
  exponentialSteps,
  fluxionConvention,
  generate,
  requireConvention,
  timeOfClock,
} from "./index.js";

const data = atoms(
  pointsOf([
    [1, 2],
    [-1, 0.5],
  ]),
);
const x = pointsOf([
  [0.3, -0.2],
  [1, 1],
]);
const known: Convention[] = [
  ...Object.values(conventions),
  {
    ...fluxionConvention,
    name: "exploding velocity",
    clock: { kind: "linear", noise: 1, data: 0 },
    state: "exploding",
    velocityRate: -1,
  },
  { ...fluxionConvention, name: "sigma score", clock: { kind: "sigma" }, state: "exploding", prediction: "score" },
  { ...fluxionConvention, name: "noise", clock: { kind: "linear", noise: 999, data: 0 }, prediction: "noise" },
];

describe("adaptConvention", () => {
  it("there and back is the field itself, for every pair of conventions and every scheduler", () => {
    for (const scheduler of [condOt(), cosine(), vp()]) {
      const { field } = atomPath(scheduler, data);
      for (const other of known) {
        fc.assert(
          fc.property(fc.double({ min: 0.2, max: 0.95, noNaN: true }), (t) => {
            const theirs = adaptConvention(field, scheduler, { from: fluxionConvention, to: other });
            const back = adaptConvention(theirs, scheduler, { from: other });
            const [u, v] = [field, back].map((f) => f.evaluate(t, x, zerosLike(x)).data);
            // σ inverts to t to a few ulp over 1 − t, and vp has a slope of some 10 near the noise
            for (const [d, value] of u.entries()) expect(Math.abs(value - v[d])).toBeLessThan(1e-11 * (1 + Math.abs(value)) * 10);
          }),
          { numRuns: 20 },
        );
      }
    }
  });

  it("of diffusers reads time steps 1000(1 − t) and velocities that point to the noise", () => {
    const asked: number[] = [];
    const model: VectorField = {
      evaluate(time, _, out) {
        asked.push(time);
        out.data.fill(7);
        return out;
      },
    };
    const field = adaptConvention(model, condOt(), { from: conventionNamed("diffusers") });
    expect([...field.evaluate(0.25, x, zerosLike(x)).data]).toEqual([-7, -7, -7, -7]);
    expect(asked).toEqual([750]);
  });

  it("of a denoiser D(z + σε; σ) samples as the exact field does", () => {
    const { field } = atomPath(condOt(), data);
    const edm: VectorField = {
      evaluate(sigma, state, out) {
        // E[z|x] of two atoms written out in their coordinates
        for (let b = 0; b < state.size; b++) {
          const logits = [0, 1].map((i) =>
            [0, 1].reduce((sum, d) => sum - (state.data[2 * b + d] - data.points.data[2 * i + d]) ** 2 / (2 * sigma * sigma), 0),
          );
          const share = 1 / (1 + Math.exp(logits[1] - logits[0]));
          for (const d of [0, 1]) out.data[2 * b + d] = share * data.points.data[d] + (1 - share) * data.points.data[2 + d];
        }
        return out;
      },
    };
    const ours = adaptConvention(edm, condOt(), { from: conventionNamed("edm") });
    const options = { from: 0.05, to: 1, integrator: exponentialSteps(condOt(), 12) };
    const [a, b] = [generate(field, x, options), generate(ours, x, options)];
    for (const [d, v] of a.y.data.entries()) expect(b.y.data[d]).toBeCloseTo(v, 11);
    expect(() => ours.evaluate(0, x, zerosLike(x))).toThrow("where α = 0");
  });
});

it("a velocity of z + σε on a reversed clock is −σ̇ε", () => {
  const one = atoms(pointsOf([[1, 2]]));
  for (const scheduler of [condOt(), cosine()]) {
    const { field } = atomPath(scheduler, one);
    const theirs = adaptConvention(field, scheduler, { from: fluxionConvention, to: known[6] });
    const { alpha, beta, dAlpha, dBeta } = scheduler.at(0.4);
    const noise = [0.3, -1.1];
    const state = pointsOf([[1 + (beta / alpha) * noise[0], 2 + (beta / alpha) * noise[1]]]);
    const slope = (dBeta * alpha - beta * dAlpha) / (alpha * alpha);
    const { data: v } = theirs.evaluate(0.6, state, zerosLike(state));
    for (const [d, e] of noise.entries()) expect(v[d]).toBeCloseTo(-slope * e, 12);
  }
});

describe("clocks and names", () => {
  it("are inverse to each other", () => {
    for (const convention of known) {
      for (const t of [0.1, 0.5, 0.9]) {
        expect(timeOfClock(convention, clockAt(convention, t, cosine().at(t)), cosine())).toBeCloseTo(t, 13);
      }
    }
    const still: Convention = { ...fluxionConvention, clock: { kind: "linear", noise: 1, data: 1 } };
    expect(() => timeOfClock(still, 1, condOt())).toThrow("expected different times");
  });

  it("say which of x0 and x1 is the data", () => {
    const pair = { x0: "first", x1: "second" };
    expect(endsOf(fluxionConvention, pair)).toEqual({ noise: "first", data: "second" });
    expect(endsOf(conventionNamed("diffusers"), pair)).toEqual({ noise: "second", data: "first" });
    expect(() => conventionNamed("mine")).toThrow("expected one of fluxion, flow_matching");
  });

  it("that differ are refused with every difference", () => {
    expect(() => requireConvention(conventionNamed("torchcfm"), fluxionConvention)).not.toThrow();
    expect(() => requireConvention(conventionNamed("diffusers"), fluxionConvention)).toThrow(
      'it has clock {"kind":"linear","noise":1000,"data":0} for {"kind":"linear","noise":0,"data":1}, velocityRate -1 for 1, dataKey "x0" for "x1"; expected adaptConvention first',
    );
  });
});
