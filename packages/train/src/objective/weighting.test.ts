import { condOt, conversion, cosine } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { type WeightingSpec, weightingOf } from "./weighting.js";

const times = [0.001, 0.2, 0.5, 0.8, 0.999];
const specs: WeightingSpec[] = [
  { kind: "constant" },
  { kind: "snr" },
  { kind: "min-snr", gamma: 2 },
  {
    kind: "points",
    points: [
      [0, 1],
      [0.5, 3],
      [1, 0],
    ],
  },
];

describe("weightingOf", () => {
  for (const scheduler of [condOt(), cosine()]) {
    for (const prediction of ["velocity", "denoiser", "noise"] as const) {
      it(`${scheduler.name}, ${prediction}: both units weigh the same error, with v = c_x·x + c·f`, () => {
        for (const spec of specs) {
          const { ofPrediction, ofVelocity } = weightingOf(spec, { scheduler, prediction });
          for (const t of times) {
            const c = conversion(prediction, "velocity", scheduler.at(t)).value;
            expect(ofVelocity(t) * c * c).toBeCloseTo(ofPrediction(t), 9);
          }
        }
      });
    }

    it(`${scheduler.name}: SNR and its minimum are weights of the denoiser, whatever is predicted`, () => {
      for (const t of times) {
        const { alpha, beta } = scheduler.at(t);
        const snr = (alpha / beta) ** 2;
        const of = (spec: WeightingSpec, prediction: "denoiser" | "noise") =>
          weightingOf(spec, { scheduler, prediction }).ofPrediction(t);
        expect(of({ kind: "snr" }, "denoiser") / snr).toBeCloseTo(1, 12);
        expect(of({ kind: "snr" }, "noise")).toBeCloseTo(1, 12);
        expect(of({ kind: "min-snr" }, "denoiser")).toBeCloseTo(Math.min(snr, 5), 12);
        expect(of({ kind: "min-snr" }, "noise")).toBeCloseTo(Math.min(1, 5 / snr), 12);
      }
    });
  }

  it("is finite at the ends on straight lines: t² of the velocity for SNR, min(t², γ(1−t)²) for its minimum", () => {
    const at = (spec: WeightingSpec, t: number) => weightingOf(spec, { scheduler: condOt() }).ofPrediction(t);
    expect([0, 0.5, 1].map((t) => at({ kind: "snr" }, t))).toEqual([0, 0.25, 1]);
    expect([0, 0.5, 1].map((t) => at({ kind: "min-snr", gamma: 1 }, t))).toEqual([0, 0.25, 0]);
    expect([0, 0.25, 0.5, 0.75, 1].map((t) => at(specs[3] ?? { kind: "snr" }, t))).toEqual([1, 2, 3, 1.5, 0]);
    expect(weightingOf((t) => 7 * t, { scheduler: condOt() }).ofPrediction(0.5)).toBe(3.5);
  });

  it.each<[WeightingSpec, string]>([
    [{ kind: "min-snr", gamma: 0 }, "gamma is 0; expected a positive finite number"],
    [{ kind: "points", points: [[0, 1]] }, "the points are at t = 0; expected at least two"],
    [
      {
        kind: "points",
        points: [
          [0, 1],
          [1, -1],
        ],
      },
      "the weights are 1, -1; expected finite numbers ≥ 0",
    ],
    [{ kind: "sigmoid" } as never, 'the kind is "sigmoid"; expected one of constant'],
  ])("refuses %j", (spec, sentence) => {
    expect(() => weightingOf(spec, { scheduler: condOt() })).toThrow(sentence);
  });
});
