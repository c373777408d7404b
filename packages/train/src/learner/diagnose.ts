import { type Points, points, zerosLike } from "@fluxion/core";
import type { TrainingBatch } from "../objective/index.js";
import type { Learner, StepResult } from "./learner.js";

const LARGEST = 3.4028234663852886e38; // of float32

/**
 * Says why a step was not finite, from the batch that it took and the parameters, which it has not moved.
 * One sentence with the first cause found: the data, the network's output, the loss, the gradient, the step.
 */
export async function diagnose(learner: Learner, batch: TrainingBatch, result: StepResult): Promise<string> {
  return (
    badValue("t", points(batch.t, 1), batch.t) ??
    badValue("xt", batch.xt, batch.t) ??
    badValue("ut", batch.ut, batch.t) ??
    (batch.weight ? badValue("weight", points(batch.weight, 1), batch.t) : undefined) ??
    (await overflow(learner, batch)) ??
    afterForward(result)
  );
}

/** What overflows after a forward pass without overflow. */
function afterForward({ loss, gradNorm, learningRate }: StepResult): string {
  if (Number.isFinite(gradNorm)) return `the parameters overflow float32 in a step of learning rate ${learningRate}`;
  return `the norm of the gradient is ${gradNorm} although the loss is ${loss}: the backward pass overflows float32`;
}

/** The first entry of a batch that float32 does not hold. */
function badValue(name: string, { data, dim }: Points, t: Float64Array): string | undefined {
  const at = data.findIndex((value) => !(Math.abs(value) <= LARGEST));
  if (at < 0) return undefined;
  const b = Math.floor(at / dim);
  return `${name} of the batch has ${data[at]} in row ${b}, where t = ${t[b]}`;
}

/** Where the forward pass overflows: the velocity itself, or its squared distance to the target. */
async function overflow(learner: Learner, { t, xt, ut, label }: TrainingBatch): Promise<string | undefined> {
  let velocity: Points;
  try {
    velocity = await learner.field(label ? { label } : {}).evaluateAt(t, xt, zerosLike(xt));
  } catch (error) {
    if (error instanceof RangeError) return `the network overflows float32 on this batch (${error.message})`;
    throw error;
  }
  let worst = { row: 0, squared: 0 };
  for (let b = 0; b < t.length; b++) {
    let squared = 0;
    for (let i = b * xt.dim; i < (b + 1) * xt.dim; i++) squared += (Number(velocity.data[i]) - Number(ut.data[i])) ** 2;
    if (squared > worst.squared) worst = { row: b, squared };
  }
  if (worst.squared <= LARGEST) return undefined;
  return `‖v − u‖² is ${worst.squared.toExponential(2)} in row ${worst.row}, where t = ${t[worst.row]}, beyond float32`;
}
