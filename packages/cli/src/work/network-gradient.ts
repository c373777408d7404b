import type { LossGradient, Rng } from "@fluxion/core";
import { buildNetwork, buildOptimizer, createLearner, type Engine } from "@fluxion/train";

/** The network whose gradient the verification compares: a multilayer perceptron as it is trained, only smaller. */
const WIDTH = 64;
const DEPTH = 2;

/** ∇_θ of the loss of a multilayer perceptron at its initial parameters, by automatic differentiation. Eq. (M8) */
export function networkGradient(engine: Engine, dim: number, rng: Rng): LossGradient {
  const network = buildNetwork({ kind: "mlp", dim, width: WIDTH, depth: DEPTH });
  const learner = createLearner({ engine, network, optimizer: buildOptimizer(), rng });
  return async (t, x, target) => (await learner.gradient({ t, xt: x, ut: target })).gradient;
}
