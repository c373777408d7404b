import { atomPath, atoms, condOt, floorOf, fork, moons, rngOf } from "@fluxion/core";
import { evaluate } from "@fluxion/train";
import { describe, expect, it } from "vitest";
import { parseSpec } from "../spec/index.js";
import { drawEvaluationBatch } from "./evaluation-batch.js";
import { lossLaw } from "./loss-law.js";

const path = atomPath(condOt(), atoms(moons(rngOf(1), 60)));
const law = (train: object, prediction?: "denoiser" | "noise") =>
  lossLaw(parseSpec(JSON.stringify({ data: "digits", train }), { file: "s" }).train, condOt(), prediction);

describe("lossLaw", () => {
  it("has the floor that the exact field's weighted loss shows on points of the same law", async () => {
    const field = { evaluateAt: async () => batch.exact };
    let batch = drawEvaluationBatch(path, rngOf(0), 2);
    for (const own of [
      law({ time: "logit-normal" }),
      law({ time: { law: "beta", a: 1.5, b: 1.5, draw: "stratified", importance: true } }),
      law({ weighting: { kind: "min-snr", gamma: 2 }, time: { law: "logit-normal", uniformShare: 0.5, importance: true } }),
      law({ time: "logit-normal" }, "denoiser"),
      law({ weighting: "snr" }, "noise"),
    ]) {
      const drawn = drawEvaluationBatch(path, fork(rngOf(2), own.over), 6000, own.sampler.draw);
      batch = drawn;
      const { loss } = await evaluate(field, { ...drawn, weight: drawn.t.map(own.pointWeight) });
      const floor = floorOf(path, { rng: rngOf(3), samples: 200, weight: own.floorWeight });
      // Two independent estimates of one number (strata make the first error smaller than it says): five standard errors.
      expect(Math.abs(loss.mean - floor.value)).toBeLessThan(5 * Math.hypot(loss.standardError, floor.standardError));
    }
  });

  it("knows the plain loss, and says in words what another is over", () => {
    expect(law({}).plain).toBe(true);
    expect(law({ time: { draw: "stratified" } }).plain).toBe(true);
    expect(law({ time: "logit-normal", weighting: "snr" })).toMatchObject({
      plain: false,
      over: "t ~ logit-normal(0, 1), weight snr of the velocity",
    });
    expect(law({}, "noise").plain).toBe(false);
  });
});
