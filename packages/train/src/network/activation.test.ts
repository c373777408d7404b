import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { type Activation, activations } from "./activation.js";

const engine = await jaxEngine();
const names = Object.keys(activations) as Activation[];

/** φ and dφ/dx at many points in float32. */
function traced(name: Activation, x: Float32Array): { value: Float32Array; slope: Float32Array } {
  const program = engine.compile({
    name,
    state: {},
    inputs: { x: [x.length] },
    trace: (ops, _, inputs) => {
      const [value, slope] = ops.jvp(
        (at) => activations[name].traced(ops, at),
        inputs.x,
        ops.constant(Array(x.length).fill(1), [x.length]),
      );
      return { outputs: { value, slope } };
    },
  });
  return program.runSync({}, { x });
}

const grid = Float32Array.from({ length: 1201 }, (_, i) => -12 + i / 50 + 0.003); // misses the kinks at 0

describe("activations", () => {
  for (const name of names) {
    const { host, gain } = activations[name];

    it(`${name}: both arithmetics agree on [−12, 12]`, () => {
      const { value } = traced(name, grid);
      // Relative 2^-22 for a handful of operations, absolute 6e-7 for |x|·(4e-7 error of erf) where Φ is not yet 0 or 1.
      grid.forEach((x, i) => {
        const exact = host(x);
        expect(Math.abs((value[i] ?? Number.NaN) - exact), `x = ${x}`).toBeLessThan(2 ** -22 * Math.abs(exact) + 1.2e-6);
      });
    });

    it(`${name}: the derivative is that of the float64 formula`, () => {
      const { slope } = traced(name, grid);
      const h = 1e-6;
      grid.forEach((x, i) => {
        const difference = (host(x + h) - host(x - h)) / (2 * h); // h² truncation and 1e-16·12/h rounding: below 2e-9
        expect(Math.abs((slope[i] ?? Number.NaN) - difference), `x = ${x}`).toBeLessThan(3e-6);
      });
    });

    it(`${name}: value and derivative stay finite for every input of a network that has not diverged`, () => {
      const far = Float32Array.of(-1e30, -1e4, -1000, -100, -89, -88, -80, 80, 88, 89, 100, 1000, 1e4, 1e30);
      const { value, slope } = traced(name, far);
      expect([...value].every(Number.isFinite)).toBe(true);
      expect([...slope].every(Number.isFinite)).toBe(true);
      // Far out every activation but tanh is linear or constant: slopes are its asymptotic ones.
      far.forEach((x, i) => {
        const limit = name === "tanh" ? 0 : x > 0 ? host(1e6) - host(1e6 - 1) : 0;
        if (Math.abs(x) >= 1000) expect(slope[i]).toBeCloseTo(limit, 5);
      });
    });

    it(`${name}: the gain is 1/√E[φ(Z)²] for normal Z`, () => {
      const [from, n] = [-12, 24_000];
      let mean = 0;
      for (let i = 0; i < n; i++) {
        const z = from + ((i + 0.5) * 2 * -from) / n;
        mean += (host(z) ** 2 * Math.exp(-(z * z) / 2) * 2 * -from) / n;
      }
      // Midpoint rule; a kink of the slope at 0 costs at most h² = 1e-6.
      expect(gain).toBeCloseTo(1 / Math.sqrt(mean / Math.sqrt(2 * Math.PI)), 5);
    });
  }
});
