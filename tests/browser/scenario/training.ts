import { atomPath, atoms, condOt, fork, normal, pathBatch, points, rngOf, uniform } from "@fluxion/core";
import { buildNetwork, buildOptimizer, createLearner, jaxEngine } from "@fluxion/train";

/** Losses of the first steps of one learner on jax-js in WASM. */
export async function results(): Promise<{ losses: number[]; gradNorms: number[] }> {
  const rng = rngOf(8);
  const path = atomPath(condOt(), atoms(points(normal(fork(rng, "data"), new Float64Array(2 * 50)), 2)));
  const learner = createLearner({
    engine: await jaxEngine(),
    network: buildNetwork({ kind: "mlp", dim: 2, width: 16, depth: 2 }),
    optimizer: buildOptimizer({ learningRate: 0.01 }),
    rng,
  });
  const losses: number[] = [];
  const gradNorms: number[] = [];
  for (let step = 0; step < 20; step++) {
    const key = fork(rng, "batch", step);
    const t = uniform(fork(key, "t"), new Float64Array(32));
    const batch = pathBatch(path.field.scheduler, t, path.drawSource(fork(key, "x0"), 32), path.drawData(fork(key, "z"), 32));
    const { loss, gradNorm } = await learner.step(batch);
    losses.push(loss);
    gradNorms.push(gradNorm);
  }
  learner.dispose();
  return { losses, gradNorms };
}
