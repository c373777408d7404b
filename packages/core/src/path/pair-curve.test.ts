import { expect, test } from "vitest";
import { condOt, vp } from "../scheduler/index.js";
import { dataCurve, encodingDecodingCurve, mirrorCurve, trigonometricCurve } from "./pair-curve.js";
import { bridgeNoise, noNoise, quadraticNoise } from "./pair-noise.js";

test("on the arc α² + β² + γ² = 1, so that ends of unit covariance keep it", () => {
  for (const noise of [noNoise(), bridgeNoise(1), quadraticNoise(3)]) {
    const curve = trigonometricCurve(noise);
    for (const t of [0, 0.2, 0.5, 0.9, 1]) {
      const { alpha, beta } = curve.at(t);
      expect(Math.abs(alpha ** 2 + beta ** 2 + noise.at(t).variance - 1)).toBeLessThan(4e-16);
    }
  }
  expect(() => trigonometricCurve(bridgeNoise(2)).at(0.5)).toThrow(/γ² is 1; expected γ < 1/);
});

test("encoding and decoding weigh one end at a time, and neither at t = ½", () => {
  const curve = encodingDecodingCurve();
  for (const t of [0, 0.2, 0.7, 1]) {
    const [here, back] = [curve.at(t), curve.at(1 - t)];
    expect(here.alpha * here.beta).toBe(0);
    expect(Math.abs(here.alpha - back.beta)).toBeLessThan(1e-15); // the same path backwards
  }
  expect([curve.at(0.5).alpha, curve.at(0.5).beta]).toEqual([0, 0]);
});

test("the curve of a scheduler alone has its α and nothing of x0", () => {
  const { alpha, dAlpha } = vp().at(0.3);
  expect(dataCurve(vp()).at(0.3)).toEqual({ alpha, dAlpha, beta: 0, dBeta: 0 });
});

test("times outside of [0, 1] are refused", () => {
  for (const curve of [mirrorCurve(), encodingDecodingCurve(), trigonometricCurve(noNoise()), dataCurve(condOt())]) {
    for (const t of [-0.1, 1.5, Number.NaN]) expect(() => curve.at(t)).toThrow(RangeError);
  }
});
