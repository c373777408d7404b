import { describe, expect, it } from "vitest";
import { inNodeAndChromium } from "./run-in-both.js";
import * as exactField from "./scenario/exact-field.js";
import * as toySets from "./scenario/toy-sets.js";
import * as training from "./scenario/training.js";

const run = inNodeAndChromium();

/**
 * Engines may differ in the last bit of Math.exp, Math.log, Math.sin and Math.cos, and Node 20 and Chromium of today do, in
 * one argument in ten. What is computed with them agrees to rounding, not in bytes.
 */
const ROUNDOFF = 2 ** -53;
/** One unit in the last place of an elementary function is two of these; a coordinate of a toy set is a product of a few. */
const COORDINATE = 16 * ROUNDOFF;
/** The logits are the same, so a weight is off by two units and a weighted sum by four; score and divergence divide by β² = 0.16. */
const QUANTITY = 64 * ROUNDOFF;
/** Some two hundred evaluations, each off by that. */
const TRAJECTORY = 256 * QUANTITY;
/** A loss in float32 (2⁻²⁴ = 6e-8) after up to twenty steps that start from rounded parameters. */
const LOSS = 1e-5;

/** max |a − b| of two lists relative to max |b|. */
function deviation(a: readonly number[], b: readonly number[] | undefined): number {
  expect(b?.length).toBe(a.length);
  const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));
  return largest(a.map((v, i) => v - (b?.[i] ?? Number.NaN))) / largest(a);
}

describe("the same numbers in Node and in Chromium, to rounding", () => {
  it("are the points of every toy set", async (test) => {
    const { node, browser } = await run(test, "toy-sets", toySets);
    expect(Object.keys(browser)).toEqual(Object.keys(node));
    for (const [name, values] of Object.entries(node)) {
      expect(deviation(values, browser[name]), name).toBeLessThanOrEqual(COORDINATE);
    }
  });

  it("are all quantities of the exact field, its trajectories and the floor of the loss", async (test) => {
    const { node, browser } = await run(test, "exact-field", exactField);
    expect(Object.keys(browser)).toEqual(Object.keys(node));
    const whole = ["top indices", "dopri5 evaluations", "atoms reached"];
    for (const name of whole) expect(browser[name], name).toEqual(node[name]);
    for (const [name, values] of Object.entries(node)) {
      const bound = name.endsWith("states") ? TRAJECTORY : QUANTITY;
      expect(deviation(values, browser[name]), name).toBeLessThanOrEqual(bound);
    }
  });

  it("are the losses of twenty training steps on jax-js in WASM", async (test) => {
    const { node, browser } = await run(test, "training", training);
    expect(node.losses.length).toBe(20);
    node.losses.forEach((loss, step) => {
      expect(Math.abs((browser.losses[step] ?? Number.NaN) / loss - 1), `step ${step}`).toBeLessThanOrEqual(LOSS);
    });
    expect(deviation(node.gradNorms, browser.gradNorms)).toBeLessThanOrEqual(LOSS);
  });
});
