import { normal, rngOf, uniform } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine, type Ops, type Tensor } from "../engine/index.js";
import { type FlowMapBatch, type Objective, targetOf } from "./flow-map-target.js";

const engine = await jaxEngine();
const B = 64;
const D = 2;
/** Variance of the data N(0, s²). */
const S2 = 0.3;
const rng = rngOf(5);
const x = normal(rng, new Float64Array(B * D));
/** q(t) = (1 − t)² + t² s², the variance of p_t on straight paths. */
const q = (t: number): number => (1 - t) ** 2 + t * t * S2;
const qTraced = (ops: Ops, t: Tensor): Tensor => {
  const rest = ops.sub(1, t);
  return ops.add(ops.mul(rest, rest), ops.mul(S2, ops.mul(t, t)));
};
/** u(x, t, r) = x·(√(q_r/q_t) − 1)/(r − t): the flow between Gaussians is x ↦ x·√(q_r/q_t). */
const meanVelocity = (v: number, t: number, r: number): number => (v * (Math.sqrt(q(r) / q(t)) - 1)) / (r - t);

/** What the objective makes of the exact mean velocity, by an engine. */
async function targetFor(objective: Objective, { t, until, ut }: Record<"t" | "until" | "ut", Float64Array>) {
  const program = engine.compile({
    name: "target",
    state: {},
    inputs: { t: [B], until: [B], xt: [B, D], ut: [B, D], share: [B] },
    trace(ops, _, batch: FlowMapBatch & Record<string, Tensor>) {
      const exact = (times: Tensor, points: Tensor): Tensor => {
        const two = times.shape.length === 2;
        const from = two ? ops.slice(times, 0, 1, 1) : ops.reshape(times, [B, 1]);
        const to = two ? ops.slice(times, 1, 2, 1) : ops.constant([1], [1, 1]);
        const ratio = ops.sqrt(ops.div(qTraced(ops, to), qTraced(ops, from)));
        return ops.mul(points, ops.div(ops.sub(ratio, 1), ops.sub(to, from)));
      };
      return { outputs: { target: targetOf(ops, objective, exact, batch).ut } };
    },
  });
  const [floats, share] = [[t, until, ut].map((values) => Float32Array.from(values)), new Float32Array(B).fill(1 / B)];
  const [at, to, velocity] = floats as [Float32Array, Float32Array, Float32Array];
  return (await program.run({}, { t: at, until: to, xt: Float32Array.from(x), ut: velocity, share })).target;
}

const t = uniform(rngOf(6), new Float64Array(B)).map((u) => 0.6 * u);
const until = t.map((at, b) => at + 0.05 + 0.3 * (b / B));
const each = (f: (v: number, t: number, r: number) => number): Float64Array =>
  x.map((v, i) => f(v, Number(t[Math.floor(i / D)]), Number(until[Math.floor(i / D)])));

/** Quotients by r − t ≥ 0.05 of float32 differences: 2⁻²⁴/0.05 a value, twice in the derivative, on values up to 5. */
const TOLERANCE = 5 * (2 ** -24 / 0.05 ** 2) * 4;

describe("the exact mean velocity of a Gaussian flow", () => {
  it("is its own MeanFlow target, with velocities of the field", async () => {
    const ut = each((v, at) => (v * (at * S2 - (1 - at))) / q(at));
    const target = await targetFor("meanFlow", { t, until, ut });
    each(meanVelocity).forEach((u, i) => {
      expect(Math.abs(u - Number(target[i]))).toBeLessThan(TOLERANCE);
    });
  });

  it("is no MeanFlow target with other velocities", async () => {
    const wrong = await targetFor("meanFlow", { t, until, ut: each((v) => v) });
    expect(each(meanVelocity).some((u, i) => Math.abs(u - Number(wrong[i])) > 0.1)).toBe(true);
  });

  it("is its own consistency target, with steps along its trajectories", async () => {
    const target = await targetFor("consistency", { t, until, ut: each(meanVelocity) });
    each((v, at) => meanVelocity(v, at, 1)).forEach((u, i) => {
      expect(Math.abs(u - Number(target[i]))).toBeLessThan(TOLERANCE);
    });
  });
});
