import { expect, it } from "vitest";
import { atoms } from "../distribution/index.js";
import { atomPath } from "../field/index.js";
import type { Prediction } from "../path/index.js";
import { pointsOf, zerosLike } from "../points/index.js";
import { condOt, cosine, vp } from "../scheduler/index.js";
import { asyncScoreFieldOf, exactScoreField, scoreFieldOf } from "./index.js";

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

it("a model of any prediction gives the velocity and the score of the exact field", async () => {
  for (const scheduler of [condOt(), cosine(), vp()]) {
    const { field } = atomPath(scheduler, data);
    const [u, s] = [zerosLike(x), zerosLike(x)];
    exactScoreField(field).evaluate(0.4, x, u, s);
    for (const prediction of ["velocity", "denoiser", "noise", "score"] as const satisfies readonly Prediction[]) {
      const model = {
        evaluate(t: number, at: typeof x, out: typeof x) {
          out.data.set(field.quantities(t, at, [prediction]).values[prediction] ?? []);
          return out;
        },
      };
      const options = { dim: 2, scheduler, prediction };
      const [velocity, score] = [zerosLike(x), zerosLike(x)];
      scoreFieldOf(model, options).evaluate(0.4, x, velocity, score);
      // a few roundings, times 1/β² ≤ 3 and, for vp at t = 0.4, 1/α = 6
      for (const [d, v] of velocity.data.entries()) expect(Math.abs(v - u.data[d])).toBeLessThan(1e-12);
      for (const [d, v] of score.data.entries()) expect(Math.abs(v - s.data[d])).toBeLessThan(1e-12);
      const [later, too] = [zerosLike(x), zerosLike(x)];
      await asyncScoreFieldOf({ evaluate: async (t, at, out) => model.evaluate(t, at, out) }, options).evaluate(
        0.4,
        x,
        later,
        too,
      );
      expect([later, too]).toEqual([velocity, score]);
    }
  }
});
