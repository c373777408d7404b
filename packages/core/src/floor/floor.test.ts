import { describe, expect, it } from "vitest";
import { atoms, gaussianMixture, gaussianSource, moons } from "../distribution/index.js";
import { atomPath, mixturePath } from "../field/index.js";
import { pointsOf } from "../points/index.js";
import { fork, rngOf } from "../random/index.js";
import { condOt, cosine, linearVp, polynomial, squareRoot, vp } from "../scheduler/index.js";
import { floorByMonteCarlo, floorOf } from "./index.js";

const rng = rngOf(11);
const small = atoms(
  pointsOf([
    [1.2, -0.4],
    [-0.9, 0.8],
    [0.3, 1.5],
  ]),
  [1, 2, 3],
);

describe("floorOf", () => {
  it("is zero for a single data point, whose conditional field is the marginal one", () => {
    const floor = floorOf(atomPath(condOt(), atoms(pointsOf([[0.5, -1]]))), { rng, samples: 8 });
    expect(floor.value).toBe(0);
    expect(floor.area?.mean).toBe(0);
  });

  it("is D·h·π/2 for one smoothed point on straight paths: the integral of D h²/(1 + s²h²)", () => {
    const h = 0.3;
    const floor = floorOf(atomPath(condOt(), atoms(pointsOf([[0.5, -1, 2]])), { bandwidth: h }), { rng, samples: 4 });
    // Deterministic integrand: only quadrature (about 1e-10 for this analytic one) and the truncated tail are left.
    expect(Math.abs(floor.value - (3 * h * Math.PI) / 2)).toBeLessThan(1e-8);
    expect(floor.standardError).toBeLessThan(1e-12);
    expect(floor.area).toBeNull();
  });

  it("is the integral of the floor at each t times a weight, on the same pairs", () => {
    const path = mixturePath(
      condOt(),
      gaussianMixture({ means: pointsOf([[1]]), covariances: { kind: "diagonal", variances: [1] } }),
    );
    const of = (weight: (t: number) => number) => floorOf(path, { rng, samples: 4, weight }).value;
    // For λ = 1 the floor at t is 1/(t² + (1−t)²). Quadrature and tail as above; the kink of the third weight costs digits.
    expect(Math.abs(of(() => 3) - (3 * Math.PI) / 2)).toBeLessThan(1e-8);
    expect(Math.abs(of((t) => 2 * t) - Math.PI / 2)).toBeLessThan(1e-8); // symmetric about ½
    expect(Math.abs(of((t) => Math.max(0, 2 * t - 1)) - Math.log(2) / 2)).toBeLessThan(1e-3); // ∫₀¹ u/(1 + u²) du with u = 2t − 1
    expect(Math.abs(of((t) => t * t + (1 - t) ** 2) - 1)).toBeLessThan(1e-8);
    expect(() => of((t) => 0.5 - t)).toThrow("expected a finite number of at least 0");
  });

  it("is (π/2) Σ √λ for a Gaussian with variances λ on straight paths: the integral of λ/(1 + s²λ)", () => {
    const covariances = { kind: "diagonal", variances: [4, 0.25, 1] } as const;
    const floor = floorOf(mixturePath(condOt(), gaussianMixture({ means: pointsOf([[1, 2, 3]]), covariances })), {
      rng,
      samples: 4,
    });
    // Deterministic as above: the tail beyond the last panel is 1e-10 of the whole a panel.
    expect(Math.abs(floor.value - (Math.PI / 2) * (2 + 0.5 + 1))).toBeLessThan(1e-8);
  });

  it("agrees with its definition for a source that is not N(0, I)", () => {
    const path = atomPath(condOt(), small, { source: gaussianSource({ variances: [1, 0.1] }) });
    const floor = floorOf(path, { rng: fork(rng, "quadrature"), samples: 300 });
    const direct = floorByMonteCarlo(path, { rng: fork(rng, "direct"), samples: 5000 });
    const error = Math.hypot(floor.standardError, direct.standardError);
    expect(Math.abs(floor.value - direct.mean)).toBeLessThan(4 * error + floor.quadratureError);
  });

  it("refuses smoothed data under a scheduler whose noise ends like a square root: the floor is infinite", () => {
    const path = atomPath(linearVp(), small, { bandwidth: 0.5 });
    expect(() => floorOf(path, { rng, samples: 2 })).toThrow(/Cannot compute the floor under "linearVp"/);
  });

  for (const scheduler of [condOt(), polynomial(2), cosine(), linearVp(), squareRoot(), vp(), condOt({ sigmaMin: 0.2 })]) {
    it(`agrees with the definition by Monte Carlo within 4 standard errors under ${scheduler.name}`, () => {
      const path = atomPath(scheduler, small);
      const floor = floorOf(path, { rng: fork(rng, "quadrature"), samples: 400 });
      const direct = floorByMonteCarlo(path, { rng: fork(rng, "direct"), samples: 20_000 });
      const error = Math.hypot(floor.standardError, direct.standardError);
      expect(Math.abs(floor.value - direct.mean)).toBeLessThan(4 * error + floor.quadratureError);
      expect(floor.perDim).toBe(floor.value / 2);
    });
  }

  it("has an area equal to the entropy of the weights, within 4 standard errors, and to log N for moons", () => {
    for (const data of [small, atoms(moons(rngOf(3), 120))]) {
      const path = atomPath(cosine(), data);
      const { area, quadratureError } = floorOf(path, { rng, samples: 400 });
      expect(area).not.toBeNull();
      expect(Math.abs((area?.mean ?? 0) - path.entropy)).toBeLessThan(4 * (area?.standardError ?? 0) + quadratureError);
    }
  });

  it("shows the whole entropy of the data at small t and none at large t", () => {
    const { byTime } = floorOf(atomPath(condOt(), small), { rng, samples: 64 });
    const H = atomPath(condOt(), small).entropy;
    expect(Math.abs((byTime[0]?.entropy ?? 0) - H)).toBeLessThan(1e-2);
    expect(byTime[byTime.length - 1]?.entropy).toBeLessThan(1e-6);
    expect(byTime.map(({ t }) => t)).toEqual([...byTime.map(({ t }) => t)].sort((a, b) => a - b));
  });

  it("is the same for the same key and refuses fewer than two samples", () => {
    const path = atomPath(condOt(), small);
    expect(floorOf(path, { rng, samples: 8 })).toEqual(floorOf(path, { rng, samples: 8 }));
    expect(() => floorOf(path, { rng, samples: 1 })).toThrow(
      "Cannot estimate the floor: samples is 1; expected an integer of at least 2",
    );
  });
});
