import {
  type AtomPath,
  adaptive,
  dopri5,
  drawStart,
  exactFlow,
  fixedSteps,
  fork,
  generateAsync,
  type Integrator,
  type Points,
  pointSpace,
  rngOf,
  tableauNamed,
} from "@fluxion/core";
import type { NetworkField } from "@fluxion/train";
import type { Progress, Task } from "../progress/index.js";
import type { SampleSpec } from "../spec/index.js";
import { format } from "../terminal/index.js";

/** How to integrate. */
export type SolverSpec = Pick<SampleSpec, "solver" | "rtol" | "atol" | "steps">;

/** The integrator of a spec; the adaptive one lands on every one of `stops`. */
export function integratorOf({ solver, rtol, atol, steps }: SolverSpec, stops: readonly number[] = []): Integrator {
  if (solver !== "dopri5") return fixedSteps(tableauNamed(solver), steps);
  return (space, y0, { from, to }, hooks = {}) => {
    const between = stops.filter((t) => (t - from) * (to - t) > 0);
    return adaptive(space, dopri5, y0, [from, ...between, to], { rtol, atol, ...hooks });
  };
}

/** Words for a solver: "dopri5 (rtol 1e-5, atol 1e-5)" or "euler, 50 steps". */
export function solverText({ solver, rtol, atol, steps }: SolverSpec): string {
  return solver === "dopri5" ? `dopri5 (rtol ${rtol}, atol ${atol})` : `${solver}, ${format.count(steps, "step")}`;
}

/** The starting points that the network and the exact field share: draws of p_0 for this seed. Eq. (M1) */
export function startingPoints(path: AtomPath, seed: number, count: number): Points {
  return drawStart(path, fork(rngOf(seed), "sample"), count);
}

/** Where points went. */
export interface Flow {
  /** x_1, [B, D]. */
  readonly x: Points;
  /** States at the stops, and then at the end, [stops + 1][B, D]. */
  readonly states: readonly Points[];
  /** Evaluations of the field; one is for the whole batch. */
  readonly nfe: number;
}

/** What a flow is to be followed with. */
export interface FlowOptions {
  readonly solver: SolverSpec;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Increasing times inside (0, 1) at which the states are kept. @defaultValue none */
  readonly stops?: readonly number[];
}

/** Keeps copies of the states at the first steps that reach the stops. */
function recorder(stops: readonly number[]): { states: Points[]; onStep: (n: number, t: number, y: Points) => void } {
  const states: Points[] = [];
  const onStep = (_: number, t: number, y: Points): void => {
    while (states.length < stops.length && t >= (stops[states.length] ?? 2)) states.push(pointSpace.copy(pointSpace.like(y), y));
  };
  return { states, onStep };
}

const reporter = (task: Task) => (nfe: number, t: number) => task.update(nfe, `t = ${format.number(t, 3)}`);

/** Transports points along the network's field from noise to data. */
export async function networkFlow(
  field: NetworkField,
  x0: Points,
  { solver, progress, signal, stops = [] }: FlowOptions,
): Promise<Flow> {
  const task = progress.start("sample by the network", undefined, "evaluations");
  const { states, onStep } = recorder(stops);
  const integrator = integratorOf(solver, stops);
  const { y, nfe } = await generateAsync(field, x0, { integrator, onStep, signal, onProgress: reporter(task) });
  task.end(`${format.count(y.size, "point")}, ${format.count(nfe, "evaluation")}`);
  return { x: y, states: completed(states, stops, y), nfe };
}

/** Transports points along the exact marginal field to the data. Eq. (M6) */
export function fieldFlow(path: AtomPath, x0: Points, { solver, progress, signal, stops = [] }: FlowOptions): Flow {
  const task = progress.start("sample by the exact field", undefined, "evaluations");
  const { states, onStep } = recorder(stops);
  const integrator = integratorOf(solver, stops);
  const { x, nfe } = exactFlow(path, x0, { integrator, onStep, signal, onProgress: reporter(task) });
  task.end(`${format.count(x.size, "point")}, ${format.count(nfe, "evaluation")}`);
  return { x, states: completed(states, stops, x), nfe };
}

/** A stop beyond the last time of the integration shows where the flow ends. */
function completed(states: readonly Points[], stops: readonly number[], end: Points): readonly Points[] {
  return [...states, ...Array.from({ length: stops.length - states.length + 1 }, () => end)];
}
