import { expect, it } from "vitest";
import { atoms } from "../distribution/index.js";
import { atomPath, drawMarginal } from "../field/index.js";
import { points, pointsOf } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { captureFraction, exactFlow, generate, proveCapture } from "./index.js";

const data = atoms(points(normal(rngOf(1), new Float64Array(12)), 2), [1, 2, 1, 3, 1, 1]);
const path = atomPath(condOt(), data);

it("names the atoms that the exact flow ends at, and every proof that any atom has", () => {
  const at = condOt().at(0.6);
  const x = drawMarginal(path, 0.6, rngOf(2), 60);
  const { fraction, atom } = captureFraction(data, x, at);
  expect(fraction).toBeGreaterThan(0.2);
  expect(fraction).toBeLessThan(1);
  const s = at.alpha / at.beta;
  for (let b = 0; b < x.size; b++) {
    const w = x.data.slice(2 * b, 2 * b + 2).map((v) => v / at.beta);
    const proved = [0, 1, 2, 3, 4, 5].filter((i) => proveCapture(data, w, s, i) !== undefined);
    expect(proved).toEqual(atom[b] < 0 ? [] : [atom[b]]);
  }
  const onwards = generate(path.field, x, { from: 0.6, to: 0.999 }).y;
  const { values } = path.field.quantities(1, onwards, ["denoiser"]);
  for (let b = 0; b < x.size; b++) {
    if (atom[b] >= 0) expect(values.denoiser?.[2 * b]).toBe(data.points.data[2 * atom[b]]);
  }
});

it("grows along a trajectory to 1", () => {
  const x0 = path.drawSource(rngOf(4), 30);
  const shares = [0.3, 0.6, 0.8, 0.95].map(
    (t) => captureFraction(data, generate(path.field, x0, { to: t }).y, condOt().at(t)).fraction,
  );
  for (let k = 1; k < shares.length; k++) expect(shares[k]).toBeGreaterThanOrEqual(shares[k - 1]);
  expect(shares[3]).toBeGreaterThan(0.8);
  expect(exactFlow(path, x0).x.size).toBe(30);
  expect(() => captureFraction(data, pointsOf([[0, 0]]), { alpha: 1, beta: 0 })).toThrow("at β = 0");
});
