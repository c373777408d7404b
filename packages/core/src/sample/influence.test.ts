import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atoms } from "../distribution/index.js";
import { atomPath } from "../field/index.js";
import { points, pointsOf } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt, cosine } from "../scheduler/index.js";
import { generate } from "./generate.js";
import { influenceOn } from "./influence.js";
import { adaptiveSteps } from "./integrator.js";

describe("the influence of data points on a trajectory", () => {
  it("rebuilds it: w(s) = w_0 + Σ c_i z_i under every scheduler, and its end is that of the field", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom(condOt(), cosine()),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        (key, scheduler, to) => {
          const [N, D] = [5, 3];
          const draw = normal(rngOf(key), new Float64Array((N + 1) * D));
          const path = atomPath(scheduler, atoms(points(draw.slice(0, N * D), D), [1, 2, 3, 4, 5]));
          const x0 = points(draw.slice(N * D), D);
          const { share, x } = influenceOn(path, x0, to);
          const { alpha, beta } = scheduler.at(to);
          // tolerances 1e-5 and 1e-7 a step; the flow expands what a step leaves by a factor below 100 here
          const rebuilt = Array.from(
            x0.data,
            (v, d) => v + (alpha / beta) * share.reduce((sum, c, i) => sum + c * draw[i * D + d], 0),
          );
          rebuilt.forEach((w, d) => {
            expect(Math.abs(w - x.data[d] / beta)).toBeLessThan(1e-3 * Math.max(1, Math.abs(w)));
          });
          const { y } = generate(path.field, x0, { to, integrator: adaptiveSteps({ rtol: 1e-9, atol: 1e-11 }) });
          y.data.forEach((v, d) => {
            expect(Math.abs(v - x.data[d])).toBeLessThan(1e-3);
          });
          expect(share.reduce((sum, c) => sum + c, 0)).toBeCloseTo(1, 12);
          for (const c of share) expect(c).toBeGreaterThan(-1e-6);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("is shared by symmetry, and all of it where there is one point", () => {
    const pair = atomPath(
      condOt(),
      atoms(
        pointsOf([
          [1, 0],
          [-1, 0],
        ]),
      ),
    );
    const { share } = influenceOn(pair, pointsOf([[0, 0.7]]), 0.8);
    expect(share[0]).toBeCloseTo(0.5, 12);
    expect(share[1]).toBeCloseTo(0.5, 12);
    const one = atomPath(condOt(), atoms(pointsOf([[2, 3]])));
    expect(influenceOn(one, pointsOf([[0.1, 0.2]]), 0.5).share).toEqual(Float64Array.of(1));
  });

  it("says where it has no meaning", () => {
    const data = atoms(pointsOf([[1], [2]]));
    const start = pointsOf([[0]]);
    expect(() => influenceOn(atomPath(condOt(), data), start, 1)).toThrow("it grows without end at the data; expected 0 < t < 1");
    expect(() => influenceOn(atomPath(condOt(), data, { bandwidth: 0.1 }), start, 0.5)).toThrow("expected atoms under N(0, I)");
    expect(() => influenceOn(atomPath(condOt(), data), pointsOf([[0], [1]]), 0.5)).toThrow("expected one point of 1 coordinates");
  });
});
