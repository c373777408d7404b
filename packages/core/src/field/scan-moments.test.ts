import { describe, expect, it } from "vitest";
import { pointsOf } from "../points/index.js";
import { condOt } from "../scheduler/index.js";
import { quantitiesFrom, requireQuantities, wantOf } from "./quantities.js";
import { requireMass, requireQuery, requireTangent, requireTop } from "./require.js";
import { scanAtoms } from "./scan.js";
import { scanMoments } from "./scan-moments.js";
import { emptyTop, mergeTop, pushTop, topWeights } from "./top-weights.js";

/** Two atoms at ±1 on a line, seen from x at α = β = ½. */
const atoms = { points: pointsOf([[1], [-1]]), logWeights: new Float64Array(2).fill(-Math.LN2) };
const query = { alpha: 0.5, beta: 0.5, variance: 0.25, bandwidth: 0, spread: true, top: 2, tangent: undefined };

describe("moments of a finished scan", () => {
  it("of two atoms at ±1 are closed form: the mean is tanh(αx/v), the covariance one minus its square", () => {
    const x = pointsOf([[0.3]]);
    const moments = scanMoments(scanAtoms(atoms, x, query), x, query);
    const k = Math.tanh((0.5 * 0.3) / 0.25);
    expect(moments.denoiser.data[0]).toBeCloseTo(k, 15);
    expect(moments.score.data[0]).toBeCloseTo((0.5 * k - 0.3) / 0.25, 14);
    expect(moments.spread?.traceCov[0]).toBeCloseTo(1 - k * k, 14);
    expect(moments.spread?.denoiserDivergence[0]).toBeCloseTo((0.5 / 0.25) * (1 - k * k), 14);
    expect([...moments.top.indices]).toEqual([0, 1]);
    expect(moments.top.weights[0]).toBeCloseTo((1 + k) / 2, 15);
  });

  it("give the quantities that were asked for, with what those need", () => {
    const x = pointsOf([[0.3]]);
    expect(wantOf(["velocity"], {})).toEqual({ spread: false, top: 0 });
    expect(wantOf(["divergence", "jvp"], { top: 3, tangent: x })).toEqual({ spread: true, top: 3, tangent: x });
    const moments = scanMoments(scanAtoms(atoms, x, query), x, query);
    const { values } = quantitiesFrom(["denoiser", "velocity"], { t: 0.5, at: condOt().at(0.5), x }, moments);
    expect(values.velocity?.[0]).toBeCloseTo(((values.denoiser?.[0] ?? Number.NaN) - 0.3) / 0.5, 14);
    expect(() => requireQuantities(["jvp"], x, {})).toThrow("directions are [0, 0]; expected [1, 1]");
  });
});

describe("what cannot be evaluated is refused with the reason", () => {
  it.each([
    [() => requireQuery(pointsOf([[1, Number.NaN]]), 2), "coordinate 1 of point 0 is NaN"],
    [() => requireQuery(pointsOf([[1, 2]]), 3), "x has dim 2, data has dim 3"],
    [() => requireTangent(pointsOf([[1, 2]]), pointsOf([[1]])), "directions are [1, 1]; expected [1, 2]"],
    [() => requireTop(-1, 5), "their number is -1"],
    [() => requireMass(Float64Array.of(1, 0)), "point 1 has density 0 in float64"],
  ])("%#", (run, message) => expect(run).toThrow(message));
});

it("the largest weights of two lists are those of the union, ties by index", () => {
  const [p, q, all] = [emptyTop(1, 2), emptyTop(1, 2), emptyTop(1, 2)];
  pushTop(p, 0, Float64Array.of(-1, -3), 0);
  pushTop(q, 0, Float64Array.of(-1, -2), 2);
  mergeTop(p, q, all);
  expect([...all.indices]).toEqual([0, 2]);
  const { weights } = topWeights(all, Float64Array.of(-1), Float64Array.of(4));
  expect([...weights]).toEqual([0.25, 0.25]);
});
