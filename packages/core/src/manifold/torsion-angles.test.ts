import { expect, it } from "vitest";
import { gap } from "../../../../tests/support/manifolds.js";
import { atoms } from "../distribution/index.js";
import { row } from "../points/index.js";
import { fork, rngOf } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { flatTorus } from "./flat-torus.js";
import { geodesicField } from "./geodesic-field.js";
import { uniformSource } from "./manifold-source.js";
import { torsionAngles } from "./torsion-angles.js";

const DEGREE = Math.PI / 180;

it("draws angles in [0, 2π), of which helices have their share, and the same ones whatever the size", () => {
  const x = torsionAngles(rngOf(3), 4000);
  expect(x.data.every((a) => a >= 0 && a < 2 * Math.PI)).toBe(true);
  const near = (phi: number, psi: number, radius: number): number => {
    const centre = flatTorus(2).projectPoint(Float64Array.of(phi * DEGREE, psi * DEGREE), new Float64Array(2));
    let count = 0;
    for (let b = 0; b < x.size; b++) if (flatTorus(2).distance(row(x, b), centre) < radius * DEGREE) count++;
    return count / x.size;
  };
  // P(‖ξ‖ < 40°) = 1 − e^−8 for widths of 10°; nothing else is within 40° of a right-handed helix but its own tail.
  expect(Math.abs(near(-63, -43, 40) - 0.45)).toBeLessThan(4.5 * Math.sqrt((0.45 * 0.55) / 4000) + 1e-3);
  expect(Math.abs(near(57, 42, 60) - 0.07)).toBeLessThan(4.5 * Math.sqrt((0.07 * 0.93) / 4000) + 1e-3);
  expect(gap(torsionAngles(rngOf(3), 10).data, x.data.slice(0, 20))).toBe(0);
});

it("gives a field that does not see where the angles are cut open", () => {
  const data = atoms(torsionAngles(fork(rngOf(1), "data"), 60));
  const field = geodesicField(data, { scheduler: condOt(), source: uniformSource(flatTorus(2)) });
  for (const t of [0.2, 0.5]) {
    for (const [phi, psi] of [
      [1e-9, 2.5],
      [5, 1e-9],
    ]) {
      const [low, high] = [[phi, psi], [phi, psi].map((a) => (a < 1e-3 ? 2 * Math.PI - a : a))].map((a) =>
        field.at(t, Float64Array.from(a)),
      );
      expect(low.logDensity).toBeGreaterThan(-20);
      expect(gap(low.velocity, high.velocity)).toBeLessThan(1e-7); // moved by 2e-9, over β ≥ 0.5
      expect(Math.abs(low.logDensity - high.logDensity)).toBeLessThan(1e-7);
    }
  }
});
