import { describe, expect, it } from "vitest";
import { points, zeros } from "../points/index.js";
import { type CertifiedQuery, certifyScan } from "./certify-scan.js";
import type { Scan, ScanError } from "./scan-backend.js";

/** Two atoms at ±1 on a line seen with weights 1 and w. */
function twoAtoms(w: number, error: Partial<Record<keyof ScanError, number>> = {}): Scan {
  const one = (value: number): Float64Array => Float64Array.of(value);
  const mass = 1 + w;
  const mean = (1 - w) / mass;
  return {
    state: {
      top: one(-2),
      mass: one(mass),
      massSquared: one(1 + w * w),
      logitSum: one(w * Math.log(w)),
      mean: points(one(mean), 1),
      spread: one((1 - mean) ** 2 + w * (1 + mean) ** 2),
      tangent: undefined,
      best: { count: 0, indices: new Int32Array(0), logits: new Float64Array(0) },
    },
    error: {
      logit: one(error.logit ?? 0),
      shift: one(error.shift ?? 0),
      mean: one(error.mean ?? 0),
      mass: one(error.mass ?? 0),
      skipped: one(error.skipped ?? 0),
    },
    evaluations: 2,
    skipped: 0,
  };
}
const backend = { radius: 1, size: 2 };
const query: CertifiedQuery = { spread: true, variance: 0.5 };

describe("a certificate", () => {
  it("of a scan without errors is rounding", () => {
    const { mean, weights, weight, logDensity, entropy, traceCov } = certifyScan(twoAtoms(0.3), backend, query);
    expect(weights[0]).toBeLessThan(1e-300);
    for (const bound of [mean, weight, logDensity, entropy, traceCov]) expect(bound[0]).toBeLessThan(1e-14);
  });

  it("bounds what two atoms really do, and no more than twice that, when one logit is off by 2δ", () => {
    for (const [w, delta] of [
      [0.9, 1e-6],
      [0.3, 0.01],
      [1e-4, 0.5],
      [1e-9, 2],
    ] as const) {
      const certified = certifyScan(twoAtoms(w, { logit: delta }), backend, query);
      const moved = w * Math.exp(2 * delta);
      const shift = (2 * (moved - w)) / ((1 + moved) * (1 + w)); // of the mean
      expect(certified.mean[0]).toBeGreaterThanOrEqual(shift * (1 - 1e-6)); // cancellation in moved − w
      expect(certified.mean[0]).toBeLessThan(2 * shift);
      expect(certified.weights[0]).toBeGreaterThanOrEqual((shift / 2) * (1 - 1e-6));
    }
  });

  it("uses the spread where the query has it: two near atoms of a wide data set", () => {
    const scan = twoAtoms(0.5, { logit: 0.1 });
    const wide = { radius: 100, size: 2 };
    const [blind, seeing] = [certifyScan(scan, wide, { ...query, spread: false }), certifyScan(scan, wide, query)];
    const odds = Math.expm1(0.2);
    expect(blind.mean[0]).toBeCloseTo((200 * (2 / 9) * odds) / (1 + odds / 3), 10); // q = 1/3
    expect(seeing.mean[0]).toBeCloseTo(Math.sinh(0.1) * Math.sqrt(8 / 9), 2); // tr Cov = 4·(1/3)(2/3)
    expect(seeing.traceCov[0]).toBeLessThan(blind.traceCov[0] / 1000);
  });

  it("adds what was left out and what rounding did", () => {
    const left = certifyScan(twoAtoms(0.3, { skipped: 0.01 }), backend, query);
    expect(left.mean[0]).toBeCloseTo(0.02, 12);
    expect(left.weights[0]).toBeCloseTo(0.01, 12);
    expect(left.logDensity[0]).toBeCloseTo(-Math.log(0.99), 12);
    expect(certifyScan(twoAtoms(0.3, { mean: 0.01 }), backend).mean[0]).toBeCloseTo(0.01, 12);
    expect(certifyScan(twoAtoms(0.3, { shift: 0.01 }), backend).logDensity[0]).toBeCloseTo(0.01, 12);
    expect(certifyScan(twoAtoms(0.3, { mass: 0.01 }), backend).logDensity[0]).toBeCloseTo(-Math.log(0.99), 12);
  });

  it("says nothing where nothing was seen, or an error has no bound", () => {
    for (const error of [{ logit: Infinity }, { mean: Infinity }, { shift: Infinity }]) {
      const { logDensity, mean, weights } = certifyScan(twoAtoms(0.3, error), backend, query);
      expect(Math.max(logDensity[0], mean[0])).toBe(error.logit === undefined ? Infinity : logDensity[0]);
      expect(weights[0]).toBeLessThanOrEqual(1);
    }
    const empty = twoAtoms(0.3);
    empty.state.mass[0] = 0;
    const estimate = twoAtoms(0.3, { mass: Infinity, logit: Infinity });
    for (const broken of [empty, estimate, twoAtoms(0.3, { logit: Number.NaN })]) {
      const { mean, weights, logDensity, traceCov, entropy } = certifyScan(broken, backend, query);
      expect([mean[0], weights[0], logDensity[0], traceCov[0], entropy[0]]).toEqual([Infinity, 1, Infinity, Infinity, Infinity]);
    }
  });

  it("bounds the mean, and nothing else, where its sums were not made", () => {
    const scan = twoAtoms(0.3, { mass: Infinity, shift: Infinity, logit: 0.1, mean: 0.01, skipped: 0.001 });
    const { mean, weights, weight, logDensity, entropy, traceCov } = certifyScan(scan, backend, { ...query, spread: false });
    expect(mean[0]).toBeCloseTo(2 * Math.tanh(0.05) + 0.002 + 0.01, 12);
    expect(weights[0]).toBe(1);
    for (const bound of [weight, logDensity, entropy, traceCov]) expect(bound[0]).toBe(Infinity);
  });

  it("uses a deviation that the backend states: less than the true one moves the bound below what two atoms really do", () => {
    const scan = twoAtoms(0.5, { logit: 0.01, mass: Infinity, shift: Infinity });
    const blind = { ...query, spread: false };
    const stated = (deviation: number): number =>
      certifyScan({ ...scan, error: { ...scan.error, deviation: Float64Array.of(deviation) } }, { radius: 100, size: 2 }, blind)
        .mean[0];
    const known = Math.sqrt(8 / 9); // tr Cov = 4·(1/3)(2/3)
    expect(stated(known)).toBeCloseTo(Math.sinh(0.01) * known, 12);
    const moved = 0.5 * Math.exp(2 * 0.01);
    const shift = (2 * (moved - 0.5)) / ((1 + moved) * 1.5);
    expect(stated(known)).toBeGreaterThan(shift);
    expect(stated(known * 0.9)).toBeLessThan(shift);
    const error = { ...scan.error, deviation: Float64Array.of(known), typical: Float64Array.of(0.002) };
    const sharper = certifyScan({ ...scan, error }, { radius: 100, size: 2 }, blind).mean[0];
    expect(sharper).toBeCloseTo(Math.exp(0.02) * 0.002 * known, 12); // most weight is on logits that are off by less
    expect(stated(Infinity)).toBeCloseTo(200 * Math.tanh(0.005), 10);
    expect(stated(Number.NaN)).toBe(Infinity);
  });

  it("of no points is empty", () => {
    const none: Scan = {
      ...twoAtoms(0.3),
      state: { ...twoAtoms(0.3).state, mass: new Float64Array(0), mean: zeros(0, 1) },
    };
    expect(certifyScan(none, backend).mean).toHaveLength(0);
  });
});
