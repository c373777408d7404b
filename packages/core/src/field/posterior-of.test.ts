import { expect, test } from "vitest";
import { atoms, gaussianMixture, gaussianSource, kernelDensity, standardNormal } from "../distribution/index.js";
import { points } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { atomPosterior } from "./atom-posterior.js";
import { mixturePosterior } from "./mixture-posterior.js";
import { posteriorOf } from "./posterior-of.js";
import { sourcePosterior } from "./source-posterior.js";

const draw = (key: number, size: number) => points(normal(rngOf(key), new Float64Array(size * 2)), 2);
const data = atoms(draw(1, 7));
const x = draw(2, 3);
const at = { alpha: 0.4, beta: 0.6 };
const ask = { spread: true, top: 2 };

test("every kind of data is bound in the closed form that fits it", () => {
  const narrow = gaussianSource({ variances: [1, 0.2] });
  const mixture = gaussianMixture({ means: draw(3, 3), covariances: { kind: "isotropic", variances: [0.1, 0.2, 0.3] } });
  expect(posteriorOf(data).evaluate(x, at, ask)).toEqual(atomPosterior(data).evaluate(x, at, ask));
  expect(posteriorOf(data, standardNormal(2)).evaluate(x, at, ask)).toEqual(atomPosterior(data).evaluate(x, at, ask));
  expect(posteriorOf(data, narrow).evaluate(x, at, ask)).toEqual(sourcePosterior(data, narrow).evaluate(x, at, ask));
  expect(posteriorOf(mixture).evaluate(x, at, ask)).toEqual(mixturePosterior(mixture).evaluate(x, at, ask));
  const smooth = posteriorOf(kernelDensity(data, 0.5));
  expect(smooth.evaluate(x, at, ask)).toEqual(atomPosterior(data, { bandwidth: 0.5 }).evaluate(x, at, ask));
  expect(smooth.singularAtData).toBe(false);
});

test("what has no closed form, or does not fit, is refused", () => {
  const mixture = kernelDensity(data, 0.5);
  expect(() => posteriorOf(mixture, gaussianSource({ variances: [1, 0.2] }))).toThrow(
    "Cannot bind a mixture: its posterior has no closed form under this source; expected the source N(0, I)",
  );
  expect(() => posteriorOf(data, standardNormal(3))).toThrow("the source has dim 3, the data has dim 2; expected equal dims");
});
