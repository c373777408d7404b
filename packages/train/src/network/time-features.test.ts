import { describe, expect, it } from "vitest";
import { type HostTensor, hostOps, hostTensor, jaxEngine } from "../engine/index.js";
import { featureCount, type TimeFeatures, type TimeSpec, timeFeatures, traceTimeFeatures } from "./time-features.js";

const engine = await jaxEngine();

/** φ(t) of one time in float64. */
const hostTimeFeatures = (features: TimeFeatures, t: number): Float64Array =>
  (traceTimeFeatures(hostOps, features, hostTensor([t], [1, 1])) as HostTensor).data;

const specs: [TimeSpec, number][] = [
  [{ kind: "raw" }, 1],
  [{ kind: "fourier", count: 3 }, 7],
  [{ kind: "sinusoidal", count: 5 }, 10],
  [{ kind: "sinusoidal", count: 1, maxFrequency: 1000 }, 2],
];

describe("time features", () => {
  for (const [spec, count] of specs) {
    it(`${JSON.stringify(spec)} has ${count} features, the same in both arithmetics`, () => {
      const features = timeFeatures(spec);
      expect(featureCount(features)).toBe(count);
      const times = Float32Array.of(0, 0.125, 0.3, 0.71, 1);
      const program = engine.compile({
        name: "features",
        state: {},
        inputs: { t: [5, 1] },
        trace: (ops, _, { t }) => ({ outputs: { phi: traceTimeFeatures(ops, features, t) } }),
      });
      const { phi } = program.runSync({}, { t: times });
      expect(phi.length).toBe(5 * count);
      times.forEach((t, b) => {
        hostTimeFeatures(features, t).forEach((value, f) => {
          // ωt ≤ 100 is rounded by 4e-6, and jax-js reduces it to one period with about as much again.
          expect(Math.abs((phi[b * count + f] ?? Number.NaN) - value)).toBeLessThan(1e-5);
        });
      });
    });
  }

  it("fourier starts with t and tells 0 from 1, which whole periods would not", () => {
    const features = timeFeatures({ kind: "fourier", count: 2 });
    expect([...hostTimeFeatures(features, 0)]).toEqual([0, 1, 1, 0, 0]);
    const end = hostTimeFeatures(features, 1);
    expect(end[0]).toBe(1);
    expect(end[1]).toBeCloseTo(-1, 15);
  });

  it("sinusoidal frequencies go from 1 to maxFrequency in equal ratios", () => {
    const { frequencies } = timeFeatures({ kind: "sinusoidal", count: 4, maxFrequency: 1000 });
    expect(frequencies.length).toBe(4);
    for (const [k, omega] of frequencies.entries()) expect(omega).toBeCloseTo(10 ** k, 9);
  });
});
