// A small velocity network, its loss, and the exact floor that no network can beat. Eq. (M8)
import { atomPath, atoms, condOt, floorOf, fork, pathBatch, rngOf, toySets, uniform } from "@fluxion/core";
import { buildNetwork, buildOptimizer, createLearner, jaxEngine, train } from "@fluxion/train";

const rng = rngOf(0);
const path = atomPath(condOt(), atoms(toySets.circles(rng, 200)));
const floor = floorOf(path, { rng: fork(rng, "floor"), samples: 64 });

const learner = createLearner({
  engine: await jaxEngine(),
  network: buildNetwork({ kind: "mlp", dim: 2, width: 32, depth: 2 }),
  optimizer: buildOptimizer({ learningRate: 0.01 }),
  rng,
});
const batchAt = (step: number) => {
  const key = fork(rng, "batch", step);
  const t = uniform(fork(key, "t"), new Float64Array(128));
  return pathBatch(path.field.scheduler, t, path.drawSource(fork(key, "x0"), 128), path.drawData(fork(key, "z"), 128));
};
const losses: number[] = [];
for await (const event of train(learner, { batchAt, steps: 200 })) if (event.kind === "step") losses.push(event.loss);

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const [first, last] = [mean(losses.slice(0, 20)), mean(losses.slice(-20))];
console.log(`the loss fell: ${last < first}; it is above its floor V: ${last > floor.value}`);
//> the loss fell: true; it is above its floor V: true
