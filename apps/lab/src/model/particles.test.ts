import { adaptiveSteps, generate, nearestNeighbours, type Points } from "@fluxion/core";
import { expect, it } from "vitest";
import { LAST_TIME } from "../state/lab-state.js";
import { modelOf } from "./model.js";
import { flights, frameAt, PARTICLES } from "./particles.js";

const model = modelOf({ data: "eightGaussians", seed: 4 });
const states = flights(model, 4);

const worst = (a: Points, b: Points): number => a.data.reduce((most, v, i) => Math.max(most, Math.abs(v - (b.data[i] ?? 0))), 0);

it("has a state for every time of the slider, from noise on", () => {
  expect(states.length).toBe(Math.round(100 * LAST_TIME) + 1);
  expect(frameAt(states, 0).size).toBe(PARTICLES);
  expect(frameAt(states, LAST_TIME)).toBe(states.at(-1));
  expect(() => frameAt(states, 1)).toThrow("Cannot show particles at t = 1");
});

it("is where a solver with error control is", () => {
  const exact = generate(model.path.field, frameAt(states, 0), { integrator: adaptiveSteps(), to: 0.5 }).y;
  // RK4 with steps of 0.01 errs by (0.01/β)⁴ a unit of time times a few; the reference by about 1e-6.
  expect(worst(frameAt(states, 0.5), exact)).toBeLessThan(1e-4);
});

it("ends on data points", () => {
  const { distances } = nearestNeighbours(frameAt(states, LAST_TIME), model.path.atoms.points, 1);
  // At t = 0.99 a particle is at tz + βε: within 0.01 of ‖z‖ + ‖ε‖ ≤ 6 + 6 of its data point.
  expect(Math.max(...distances)).toBeLessThan(0.12);
});
