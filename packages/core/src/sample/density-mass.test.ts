import { describe, expect, it } from "vitest";
import { atoms } from "../distribution/index.js";
import { atomPath } from "../field/index.js";
import { rk4 } from "../ode/index.js";
import { type Points, pointsOf } from "../points/index.js";
import { condOt, cosine, linearVp, vp } from "../scheduler/index.js";
import { bitsPerDimension, densityMass, exactDivergenceField, fixedSteps, flowLogDensity } from "./index.js";

const line = atoms(pointsOf([[-1], [0.4], [2]]), [1, 3, 2]);
const plane = atoms(
  pointsOf([
    [1.2, -0.4],
    [-0.9, 0.8],
  ]),
);

describe("densityMass", () => {
  it.each([condOt(), cosine(), linearVp(), vp()])("of $name is 1 by transport in one and two dimensions", (scheduler) => {
    for (const [data, lower, upper, cells] of [
      [line, [-6], [7], 60],
      [plane, [-5, -5], [5, 5], 24],
    ] as const) {
      const path = atomPath(scheduler, data);
      const t = scheduler.timeOfSnr(0.8);
      const logDensity = (x: Points): Float64Array =>
        flowLogDensity(exactDivergenceField(path.field), x, {
          t,
          integrator: fixedSteps(rk4, 16),
          sourceLogDensity: (x0) => path.field.quantities(0, x0, ["logDensity"]).values.logDensity ?? new Float64Array(),
        }).logDensity;
      const { mass } = densityMass(logDensity, { lower, upper, cells });
      // the box leaves out 1e-6, the midpoint rule of a smooth function on cells of β/2 errs by e^{−π²·8} and 16 steps of RK4 by 2e-5
      expect(Math.abs(mass - 1)).toBeLessThan(5e-5);
    }
  });

  it("tells a density that is not normalised, and how far the grid is from resolving it", () => {
    const gaussian = (x: Points): Float64Array => x.data.map((v) => -0.5 * v * v);
    const { mass, gridError } = densityMass(gaussian, { lower: [-9], upper: [9] });
    expect(mass).toBeCloseTo(Math.sqrt(2 * Math.PI), 12);
    expect(gridError).toBeLessThan(1e-12);
    expect(densityMass((x) => x.data.map((v) => (v > 0.1 ? 0 : -Infinity)), { lower: [0], upper: [1], cells: 4 })).toEqual({
      mass: 1,
      gridError: 0,
    });
    expect(densityMass((x) => x.data.map((v) => (v > 0.2 ? 0 : -Infinity)), { lower: [0], upper: [1], cells: 4 }).gridError).toBe(
      0.25,
    );
  });

  it("refuses a box without area and densities that are not numbers", () => {
    expect(() => densityMass(() => new Float64Array(), { lower: [0], upper: [0] })).toThrow("expected one or two axes");
    expect(() => densityMass((x) => x.data.map(() => Number.NaN), { lower: [0], upper: [1], cells: 2 })).toThrow(
      "log-density 0 of 2 is NaN",
    );
  });
});

describe("bitsPerDimension", () => {
  it("of the uniform density over all levels is the number of bits of a level", () => {
    // 256 levels of width 2/255 make the density 1/(256·2/255) in every coordinate
    const width = 2 / 255;
    const logDensity = Float64Array.of(-3 * Math.log(256 * width));
    expect(bitsPerDimension(logDensity, 3, { levelWidth: width })[0]).toBeCloseTo(8, 13);
    expect(bitsPerDimension(Float64Array.of(-Math.LN2), 1)[0]).toBe(1);
    expect(() => bitsPerDimension(logDensity, 3, { levelWidth: 0 })).toThrow("the level width 0");
  });
});
