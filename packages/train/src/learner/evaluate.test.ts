import { fork, normal, points, rngOf, zeros } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.js";

const rng = rngOf(37);
const [B, D] = [400, 2];
const draw = (name: string) => points(normal(fork(rng, name), new Float64Array(B * D)), D);
const xt = draw("x");
const t = new Float64Array(B).fill(0.5);

/** A field that is off the exact field u(x) = −x by a constant vector (0.3, −0.4). */
const field = {
  async evaluateAt(_: Float64Array, x: typeof xt, out: typeof xt) {
    for (let i = 0; i < x.data.length; i++) out.data[i] = -Number(x.data[i]) + (i % 2 === 0 ? 0.3 : -0.4);
    return out;
  },
};
const exact = points(
  xt.data.map((v) => -v),
  D,
);
const noise = draw("noise");
const ut = points(
  exact.data.map((v, i) => v + Number(noise.data[i])),
  D,
); // V = D

describe("evaluate", () => {
  it("measures loss, excess over the floor and error of the field, the last without any noise here", async () => {
    const measured = await evaluate(field, { t, xt, ut, exact }, { floor: { value: D, standardError: 0.01 } });
    expect(measured.fieldError?.mean).toBeCloseTo(0.25, 12);
    expect(measured.fieldError?.standardError).toBeLessThan(1e-12);
    const { loss, excess, pairedExcess, exactLoss } = measured;
    expect(Math.abs(loss.mean - (D + 0.25))).toBeLessThan(5 * loss.standardError);
    expect(excess?.mean).toBeCloseTo(loss.mean - D, 12);
    expect(excess?.standardError).toBeCloseTo(Math.hypot(loss.standardError, 0.01), 12);
    expect(pairedExcess?.mean).toBeCloseTo(loss.mean - Number(exactLoss?.mean), 12);
    expect(Math.abs(Number(pairedExcess?.mean) - 0.25)).toBeLessThan(5 * Number(pairedExcess?.standardError));
    // Pairing removes the noise of ‖ε‖² and leaves that of 2ε·(0.3, −0.4): deviations 1 instead of √4.25.
    expect(Number(pairedExcess?.standardError)).toBeLessThan(0.6 * loss.standardError);
  });

  it("leaves out what it cannot know", async () => {
    expect(Object.keys(await evaluate(field, { t, xt, ut }))).toEqual(["loss"]);
    const withFloor = await evaluate(field, { t, xt, ut }, { floor: { value: 2, standardError: 0 } });
    expect(Object.keys(withFloor)).toEqual(["loss", "floor", "excess"]);
  });

  it("refuses targets of another shape", async () => {
    await expect(evaluate(field, { t, xt, ut: zeros(3, 2) })).rejects.toThrow(
      `Cannot evaluate the loss: ut is [3, 2]; expected [${B}, 2]`,
    );
  });
});
