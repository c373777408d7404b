import { fork, normal, type Points, points, rngOf, zerosLike } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { type Engine, jaxEngine } from "../engine/index.js";
import { buildNetwork, evaluateHost } from "../network/index.js";
import { networkField } from "./conditioned-field.js";
import type { NetworkField } from "./network-field.js";

const engine = await jaxEngine();
const rng = rngOf(31);
const D = 3;
const network = buildNetwork({ kind: "mlp", dim: D, width: 12, depth: 2, activation: "gelu", residual: true });
const theta = network.init(rng);
const field: NetworkField = networkField(engine, network, engine.resident(theta, [theta.length]));

const draw = (name: string, size: number): Points => points(normal(fork(rng, name), new Float64Array(size * D)), D);
const host = (t: number, x: ArrayLike<number>): Float64Array =>
  evaluateHost(network, theta, { t: [t], x: points(Float64Array.from(x), D) }).data;
const rowOf = (x: Points, b: number): Float64Array => x.data.subarray(b * D, (b + 1) * D);

/** ∂v_i/∂x_j of the float64 host network by central differences: off by about 1e-9. */
function hostJacobian(t: number, x: Float64Array): number[][] {
  const h = 1e-5;
  const columns = Array.from({ length: D }, (_, j) => {
    const [up, down] = [1, -1].map((sign) => host(t, x.with(j, Number(x[j]) + sign * h)));
    return Array.from({ length: D }, (_, i) => (Number(up?.[i]) - Number(down?.[i])) / (2 * h));
  });
  return Array.from({ length: D }, (_, i) => columns.map((column) => Number(column[i])));
}

// Float32 rounding of two hidden layers of width 12 with values below 8: far below 1e-5 (the float64 host is the truth).
const tolerance = 1e-5;

describe("networkField", () => {
  it("is the host network to float32 rounding, for one time and for a time each, over several runs", async () => {
    const x = draw("x", 1100); // two runs: 1024 and 76 rows, the second padded
    const out = await field.evaluate(0.3, x, zerosLike(x));
    const t = Float64Array.from({ length: 1100 }, (_, b) => b / 1100);
    const each = await field.evaluateAt(t, x, zerosLike(x));
    for (const b of [0, 1, 511, 1023, 1024, 1099]) {
      const [one, own] = [host(0.3, rowOf(x, b)), host(Number(t[b]), rowOf(x, b))];
      for (let d = 0; d < D; d++) {
        expect(Math.abs(Number(rowOf(out, b)[d]) - Number(one[d]))).toBeLessThan(tolerance);
        expect(Math.abs(Number(rowOf(each, b)[d]) - Number(own[d]))).toBeLessThan(tolerance);
      }
    }
  });

  it("gives a synchronous solver the same bytes", async () => {
    const x = draw("x", 70);
    const out = await field.evaluate(0.7, x, zerosLike(x));
    expect(field.blocking.evaluate(0.7, x, zerosLike(x))).toEqual(out);
  });

  it("has the Jacobian-vector products and the divergence of the host network", async () => {
    const [x, dx] = [draw("x", 5), draw("dx", 5)];
    const product = await field.jvp(0.4, x, dx, zerosLike(x));
    const divergence = await field.divergence(0.4, x);
    for (let b = 0; b < 5; b++) {
      const jacobian = hostJacobian(0.4, rowOf(x, b));
      const trace = jacobian.reduce((sum, row, i) => sum + Number(row[i]), 0);
      expect(Math.abs(Number(divergence[b]) - trace)).toBeLessThan(D * tolerance);
      jacobian.forEach((row, i) => {
        const expected = row.reduce((sum, value, j) => sum + value * Number(rowOf(dx, b)[j]), 0);
        expect(Math.abs(Number(rowOf(product, b)[i]) - expected)).toBeLessThan(3 * tolerance);
      });
    }
  });

  it("sums the divergence over runs when points times dimensions exceed one run", async () => {
    const x = draw("x", 400); // 1200 rows in two runs, the cut inside a point
    const divergence = await field.divergence(0.1, x);
    for (const b of [0, 340, 341, 342, 399]) {
      const trace = hostJacobian(0.1, rowOf(x, b)).reduce((sum, row, i) => sum + Number(row[i]), 0);
      expect(Math.abs(Number(divergence[b]) - trace)).toBeLessThan(D * tolerance);
    }
  });

  it("refuses batches of another shape, velocities that overflow, and blocking on an asynchronous engine", async () => {
    const x = draw("x", 4);
    await expect(field.evaluate(0.1, points(new Float64Array(4), 2), x)).rejects.toThrow(
      "Cannot evaluate the network: x is [2, 2]; expected [2, 3]",
    );
    await expect(field.evaluateAt(new Float64Array(3), x, x)).rejects.toThrow("x is [4, 3]; expected [3, 3]");
    const far = points(new Float64Array(3).fill(3e38), 3);
    await expect(field.evaluate(0.1, far, zerosLike(far))).rejects.toThrow(/Cannot use the network's velocity: row 0 has/);
    const slow: Engine = { ...engine, synchronous: false, compile: (c) => ({ ...engine.compile(c), runSync: refuse }) };
    const asynchronous = networkField(slow, network, engine.resident(theta, [theta.length]));
    expect(() => asynchronous.blocking.evaluate(0.1, x, zerosLike(x))).toThrow(TypeError);
  });
});

function refuse(): never {
  throw new TypeError("Cannot run synchronously");
}
