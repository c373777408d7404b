import { fork, normal, rngOf } from "@fluxion/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distance, exactly, networks, programOf } from "../../../../../conformance/engine.js";
import { type Instruction, programs } from "../../../../../conformance/engine-programs.js";
import { lossGradient } from "../../learner/training-step.js";
import { buildNetwork } from "../../network/index.js";
import type { Computation } from "../engine.js";

const rng = rngOf(31);
const draws = (name: string, length: number): Float32Array =>
  Float32Array.from(normal(fork(rng, name), new Float64Array(length)));

describe("derivatives of the graph", () => {
  const given = { x: draws("x", 12), y: draws("y", 12), row: draws("row", 6), dx: draws("dx", 12) };
  /** Outputs in float64 at x + step·dx; arrays of the host are float32, so that the step is rounded there and taken as it is. */
  const at = (program: readonly Instruction[], step: number): { moved: Float32Array; outputs: Record<string, Float64Array> } => {
    const moved = given.x.map((x, i) => x + step * Number(given.dx[i]));
    return { moved, outputs: exactly(programOf(program) as Computation<string, string, string>, {}, { ...given, x: moved }) };
  };

  it("agree with central differences of float64 values, and both modes with each other, on random programs", () => {
    const law = (program: readonly Instruction[]): void => {
      const { outputs } = at(program, 0);
      const [gradient, derivative, second] = [outputs.gradient, outputs.derivative, outputs.second].map(
        (v) => v ?? new Float64Array(),
      );
      const along = (v: ArrayLike<number>, d: ArrayLike<number>): number =>
        Array.from(v, (g, i) => g * Number(d[i])).reduce((a, b) => a + b, 0);
      const scale = 1 + Math.hypot(...(gradient ?? [])) + Math.hypot(...(second ?? []));
      expect(Math.abs(along(gradient ?? [], given.dx) - Number(derivative?.[0]))).toBeLessThan(1e-12 * scale);
      const [after, before] = [at(program, 2 ** -10), at(program, -(2 ** -10))];
      const step = after.moved.map((v, i) => v - Number(before.moved[i]));
      const change = (key: string): number => Number(after.outputs[key]?.[0]) - Number(before.outputs[key]?.[0]);
      // h² f‴/6 with h = 2^-10 and third derivatives below some hundreds; the programs are smooth but for min and max, whose
      // kinks lie within h of a point in few of these cases, and move the difference by h at most.
      expect(Math.abs(change("value") - along(gradient ?? [], step)) / 2 ** -9).toBeLessThan(2e-3 * scale);
      expect(Math.abs(change("derivative") - along(second ?? [], step)) / 2 ** -9).toBeLessThan(2e-2 * scale);
    };
    for (let operation = 0; operation < 18; operation++) law([[operation, 0, 1]]);
    fc.assert(fc.property(programs, law), { numRuns: 100, seed: 3 });
  });

  for (const spec of networks) {
    it(`is the gradient that differences of the loss give: ${JSON.stringify(spec)}`, () => {
      const network = buildNetwork(spec);
      const [B, D] = [4, network.dim];
      const inputs = {
        t: Float32Array.of(0.1, 0.4, 0.6, 0.9),
        xt: draws("xt", B * D),
        ut: draws("ut", B * D),
        share: new Float32Array(B).fill(1 / B),
      };
      const computation = lossGradient(network, B) as unknown as Computation<string, string, string>;
      const theta = network.init(rng);
      const direction = draws("direction", theta.length);
      const loss = (step: number) => {
        const moved = theta.map((v, i) => v + step * Number(direction[i]));
        return { moved, value: Number(exactly(computation, { theta: moved }, inputs).loss?.[0]) };
      };
      const [after, before] = [loss(2 ** -16), loss(-(2 ** -16))];
      const gradient = exactly(computation, { theta }, inputs).gradient ?? new Float64Array();
      const expected = gradient.reduce((sum, g, i) => sum + g * (Number(after.moved[i]) - Number(before.moved[i])), 0);
      // Relative to ‖g‖‖step‖: the error is the third derivative times h², and kinks of relu within h.
      const size = Math.hypot(...gradient) * 2 ** -15 * Math.sqrt(theta.length);
      expect(Math.abs(after.value - before.value - expected) / size).toBeLessThan(1e-3);
      expect(distance([after.value], [before.value])).toBeGreaterThan(0);
    });
  }
});
