import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { emaDecayAt, updateEma } from "./ema.js";

const engine = await jaxEngine();

describe("ema", () => {
  it("warms up: 1/10, 2/11, … until the decay is reached, and stays there", () => {
    expect(emaDecayAt(0.9, 0)).toBe(1 / 10);
    expect(emaDecayAt(0.9, 1)).toBe(2 / 11);
    expect(emaDecayAt(0.9, 79)).toBe(80 / 89);
    expect(emaDecayAt(0.9, 80)).toBe(0.9);
    expect(emaDecayAt(0.9, 1e6)).toBe(0.9);
    expect(emaDecayAt(0, 1e6)).toBe(0);
  });

  it("agrees with float64 over twenty steps, and is θ itself for decay 0", async () => {
    const program = engine.compile({
      name: "ema",
      state: { ema: [2] },
      inputs: { theta: [2], decay: [1] },
      trace: (ops, { ema }, { theta, decay }) => ({ next: { ema: updateEma(ops, ema, theta, decay) }, outputs: {} }),
    });
    for (const decay of [0.7, 0]) {
      const ema = engine.resident(Float32Array.of(1, -1), [2]);
      const expected = [1, -1];
      let theta = Float32Array.of(1, -1);
      for (let k = 0; k < 20; k++) {
        theta = Float32Array.of(Math.sin(k), Math.cos(2 * k));
        const d = emaDecayAt(decay, k);
        for (const i of [0, 1]) expected[i] = d * Number(expected[i]) + (1 - d) * Number(theta[i]);
        await program.run({ ema }, { theta, decay: Float32Array.of(d) });
      }
      const actual = await ema.read();
      if (decay === 0) expect(actual).toEqual(theta);
      // Contraction by 0.7 a step: three roundings of numbers below 1 add up to 3·2^-24/(1 − 0.7).
      else for (const i of [0, 1]) expect(Math.abs(Number(actual[i]) - Number(expected[i]))).toBeLessThan(6e-7);
    }
  });
});
