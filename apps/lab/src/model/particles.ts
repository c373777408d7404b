import { fixedSteps, fork, generate, type Points, rk4, rngOf } from "@fluxion/core";
import { LAST_TIME } from "../state/lab-state.js";
import type { Model } from "./model.js";

/** Particles of the view. */
export const PARTICLES = 120;
const STEPS = Math.round(100 * LAST_TIME);

/** States of the particles at t = 0, 0.01, …, 0.99: N(0, I) pushed along the exact field by RK4, one step a hundredth. */
export function flights({ path }: Model, seed: number): readonly Points[] {
  const states: Points[] = [];
  generate(path.field, path.drawSource(fork(rngOf(seed), "particles"), PARTICLES), {
    integrator: fixedSteps(rk4, STEPS),
    to: LAST_TIME,
    onStep: (_, __, { data, size, dim }) => states.push({ data: data.slice(), size, dim }),
  });
  return states;
}

/** The state at a time of the slider. */
export function frameAt(states: readonly Points[], t: number): Points {
  const state = states[Math.round(100 * t)];
  if (state === undefined) throw new RangeError(`Cannot show particles at t = ${t}: expected a time from 0 to ${LAST_TIME}`);
  return state;
}
