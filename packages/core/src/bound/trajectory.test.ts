import { describe, expect, it } from "vitest";
import { carriedError } from "./trajectory.js";

describe("the error that a trajectory carries", () => {
  it("bounds the exact flow of two atoms started apart, where the spread is 1 − tanh²", () => {
    // dw/ds = tanh(sw): two atoms at ±1, Cov = 1 − tanh²(sw) ≤ 1
    const flow = (w0: number, to: number): number => {
      let w = w0;
      const h = to / 4000;
      for (let k = 0; k < 4000; k++) {
        const s = k * h;
        const a = Math.tanh(s * w);
        const b = Math.tanh((s + h / 2) * (w + (h / 2) * a));
        w += h * b;
      }
      return w;
    };
    for (const to of [0.5, 1, 2]) {
      for (const apart of [1e-3, 0.1]) {
        const off = Math.abs(flow(apart, to) - flow(0, to)); // about the saddle, where errors grow fastest
        const bound = carriedError(apart, { from: 0, to, defect: 0, spread: 1 });
        expect(off).toBeLessThanOrEqual(bound);
        if (to <= 1 && apart < 0.01) expect(off).toBeGreaterThan(0.8 * bound);
      }
    }
  });

  it("bounds a constant defect where nothing amplifies it, and is nothing without errors", () => {
    const bound = carriedError(0, { from: 1, to: 3, defect: 0.25, spread: 0 });
    expect(bound).toBeGreaterThanOrEqual(0.5);
    expect(bound).toBeCloseTo(0.5, 12);
    expect(carriedError(0, { from: 1, to: 3, defect: 0, spread: 5 })).toBe(0);
  });

  it("of two stretches is no less than of one with their largest rates", () => {
    const first = carriedError(0.1, { from: 0, to: 1, defect: 0.01, spread: 0.5 });
    const second = carriedError(first, { from: 1, to: 2, defect: 0.02, spread: 0.1 });
    expect(second).toBeLessThan(carriedError(0.1, { from: 0, to: 2, defect: 0.02, spread: 0.5 }));
  });
});
