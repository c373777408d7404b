import {
  adaptiveSteps,
  atomPath,
  atoms,
  condOt,
  drawStart,
  exactFlow,
  fixedSteps,
  floorOf,
  fork,
  generate,
  normal,
  points,
  quantities,
  rk4,
  rngOf,
} from "@fluxion/core";

const rng = rngOf(3);
const cloud = (name: string, size: number) => points(normal(fork(rng, name), new Float64Array(2 * size)), 2);
const path = atomPath(condOt(), atoms(cloud("data", 200)));

/** All quantities of a field, trajectories on the way and at their ends, and the floor of the loss. */
export function results(): Record<string, number[]> {
  const { values, top } = path.field.quantities(0.6, cloud("x", 64), quantities, { top: 5, tangent: cloud("tangent", 64) });
  const start = drawStart(path, fork(rng, "start"), 32);
  const walked = generate(path.field, start, { integrator: fixedSteps(rk4, 20), to: 0.8 });
  const adapted = generate(path.field, start, { integrator: adaptiveSteps({ rtol: 1e-6, atol: 1e-6 }), to: 0.8 });
  const ends = exactFlow(path, start, { integrator: adaptiveSteps({ rtol: 1e-6, atol: 1e-6 }) });
  const floor = floorOf(path, { rng: fork(rng, "floor"), samples: 16 });
  const { area } = floor;
  return {
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [...value]])),
    "top indices": [...top.indices],
    "top weights": [...top.weights],
    "rk4 states": [...walked.y.data],
    "dopri5 states": [...adapted.y.data],
    "dopri5 evaluations": [adapted.nfe, ends.nfe],
    "atoms reached": [...ends.index],
    floor: [floor.value, floor.standardError, floor.perDim, area?.mean ?? 0, area?.standardError ?? 0],
    "floor by time": floor.byTime.map((p) => p.floor),
    "entropy by time": floor.byTime.map((p) => p.entropy),
  };
}
