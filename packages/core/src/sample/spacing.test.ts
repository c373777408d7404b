import { describe, expect, it } from "vitest";
import { condOt, cosine, vp } from "../scheduler/index.js";
import { karrasSpacing, snrSpacing } from "./index.js";

describe("snrSpacing", () => {
  it("is uniform in t for the straight path, and keeps both ends exactly", () => {
    expect([...snrSpacing(condOt())(4, { from: 0, to: 1 })]).toEqual([0, 0.25, 0.5, 0.75, 1]);
    for (const scheduler of [cosine(), vp()]) {
      const times = snrSpacing(scheduler)(5, { from: 0.1, to: 0.7 });
      expect([times[0], times[5]]).toEqual([0.1, 0.7]);
      const tau = Array.from(times, (t) => scheduler.at(t).alpha / (scheduler.at(t).alpha + scheduler.at(t).beta));
      for (let n = 1; n < 5; n++) expect(tau[n + 1] - 2 * tau[n] + tau[n - 1]).toBeCloseTo(0, 13);
    }
    expect([...snrSpacing(condOt())(2, { from: 1, to: 0 })]).toEqual([1, 0.5, 0]);
  });
});

describe("karrasSpacing", () => {
  it("gives the σ of its formula under every scheduler, between the ends of the path", () => {
    for (const scheduler of [condOt(), cosine()]) {
      const times = karrasSpacing(scheduler, { sigmaMin: 0.01, sigmaMax: 50 })(12, { from: 0, to: 1 });
      expect([times.length, times[0], times[12]]).toEqual([13, 0, 1]);
      for (let n = 0; n <= 10; n++) {
        const { alpha, beta } = scheduler.at(times[n + 1]);
        const sigma = (50 ** (1 / 7) + (n / 10) * (0.01 ** (1 / 7) - 50 ** (1 / 7))) ** 7;
        // the time near 1 carries a rounding of 1e-16 over 1 − t = σ = 0.01
        expect(Math.abs(beta / alpha / sigma - 1)).toBeLessThan(1e-12);
      }
    }
  });

  it("refuses levels out of order, or beyond the ends that are asked for", () => {
    expect(() => karrasSpacing(condOt(), { sigmaMin: 2, sigmaMax: 1 })).toThrow("expected 0 < sigmaMin < sigmaMax");
    const spacing = karrasSpacing(condOt(), { sigmaMin: 0.01, sigmaMax: 50 });
    expect(() => spacing(10, { from: 0.5, to: 1 })).toThrow("expected times between 0.5 and 1");
  });
});
