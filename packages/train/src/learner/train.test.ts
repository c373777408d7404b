import {
  atomPath,
  atoms,
  condOt,
  floorOf,
  fork,
  normal,
  type PathBatch,
  pathBatch,
  points,
  pointsOf,
  type Rng,
  rngOf,
  uniform,
} from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork } from "../network/index.js";
import { buildOptimizer, type OptimizerSpec } from "../optimizer/index.js";
import { createLearner, type Learner } from "./learner.js";
import { type TrainEvent, type TrainOptions, train } from "./train.js";
import { TrainingError } from "./training-error.js";

const engine = await jaxEngine();
const rng = rngOf(41);

/** B points on straight paths to z = ±1, equally likely: a function of the key alone. */
function draw(key: Rng, B: number): PathBatch {
  const z = uniform(fork(key, "z"), new Float64Array(B)).map((u) => (u < 0.5 ? -1 : 1));
  const x0 = normal(fork(key, "x0"), new Float64Array(B));
  return pathBatch(condOt(), uniform(fork(key, "t"), new Float64Array(B)), points(x0, 1), points(z, 1));
}

/** u_t(x) = (tanh(tx/(1−t)²) − x)/(1−t), the marginal velocity of two points at ±1. Eq. (M6) */
const exactVelocity = ({ t, xt }: PathBatch) =>
  points(
    xt.data.map((x, b) => (Math.tanh((Number(t[b]) * x) / (1 - Number(t[b])) ** 2) - x) / (1 - Number(t[b]))),
    1,
  );

const batchAt = (k: number): PathBatch => draw(fork(rng, "batch", k), 16);

function small(optimizer: OptimizerSpec = {}): Learner {
  const network = buildNetwork({ kind: "mlp", dim: 1, width: 8, depth: 1 });
  return createLearner({ engine, network, optimizer: buildOptimizer(optimizer), rng });
}

async function collect(learner: Learner, options: TrainOptions): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train(learner, options)) events.push(event);
  return events;
}

const evaluation = { batch: draw(fork(rng, "held"), 32), every: 3 };
const times = (events: TrainEvent[]): string[] =>
  events.map((event) => (event.kind === "step" ? `step ${event.step}` : `evaluation ${event.steps}`));

describe("train", () => {
  it("yields every step, and evaluations at the start, at every multiple and at the end", async () => {
    const events = await collect(small(), { batchAt, steps: 4, evaluation });
    expect(times(events)).toEqual(["evaluation 0", "step 0", "step 1", "step 2", "evaluation 3", "step 3", "evaluation 4"]);
  });

  it("goes on where a learner stands: two runs are one, event for event and byte for byte", async () => {
    const [whole, parts] = [small(), small()];
    const once = await collect(whole, { batchAt, steps: 9, evaluation });
    const first = await collect(parts, { batchAt, steps: 6, evaluation });
    const second = await collect(parts, { batchAt, steps: 9, evaluation });
    expect([...first, ...second]).toEqual(once);
    expect(await parts.state()).toEqual(await whole.state());
  });

  it("ends before the next step when the signal is aborted, and when the caller leaves the loop", async () => {
    const learner = small();
    const signal = { aborted: false };
    for await (const event of train(learner, { batchAt, steps: 100, signal })) {
      if (event.kind === "step" && event.step === 2) signal.aborted = true;
    }
    expect(learner.steps).toBe(3);
    for await (const event of train(learner, { batchAt, steps: 100 })) {
      if (event.kind === "step" && event.step === 4) break;
    }
    expect(learner.steps).toBe(5);
  });

  it("measures the moving average unless it is told to measure the parameters", async () => {
    const run = (ema: boolean) =>
      collect(small({ learningRate: 0.1 }), { batchAt, steps: 3, evaluation: { ...evaluation, ema } });
    const [averaged, current] = [(await run(true)).at(-1), (await run(false)).at(-1)];
    expect(averaged).toMatchObject({ kind: "evaluation", steps: 3 });
    expect(averaged).not.toEqual(current);
  });

  it("stops at a batch that is not finite, says where, and leaves the last good state", async () => {
    const learner = small();
    const bad = (k: number): PathBatch => {
      const batch = batchAt(k);
      if (k === 2) batch.ut.data[5] = Number.NaN;
      return batch;
    };
    const error = await collect(learner, { batchAt: bad, steps: 5 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TrainingError);
    expect((error as TrainingError).message).toMatch(
      /^Cannot train past step 2: ut of the batch has NaN in row 5, where t = 0\.\d+; expected finite numbers/,
    );
    expect((error as TrainingError).goodSteps).toBe(2);
    expect(learner.steps).toBe(2);
    const straight = small();
    await collect(straight, { batchAt, steps: 2 });
    expect(await learner.state()).toEqual(await straight.state());
  });

  it("stops when parameters have run away, and names the step, the network, the loss or the gradient", async () => {
    const beyond = small({ learningRate: { kind: "constant", rate: 1e39 } });
    const before = await beyond.state();
    const step = await collect(beyond, { batchAt, steps: 9 }).catch((reason: unknown) => reason);
    expect(String(step)).toMatch(/Cannot train past step 0: the parameters overflow float32 in a step of learning rate 1e\+39/);
    expect(await beyond.state()).toEqual(before);
    const away = await collect(small({ learningRate: 1e36 }), { batchAt, steps: 9 }).catch((reason: unknown) => reason);
    expect(String(away)).toMatch(/Cannot train past step 1: the network overflows float32 on this batch/);
    const far = await collect(small({ learningRate: 1e12 }), { batchAt, steps: 9 }).catch((reason: unknown) => reason);
    expect(String(far)).toMatch(/Cannot train past step 1: (‖v − u‖² is \S+ in row \d+|the norm of the gradient is Infinity)/);
  });

  it("refuses steps and intervals that are not counts", async () => {
    await expect(collect(small(), { batchAt, steps: -1 })).rejects.toThrow("Cannot train: steps is -1; expected an integer ≥ 0");
    await expect(collect(small(), { batchAt, steps: 1, evaluation: { ...evaluation, every: 0 } })).rejects.toThrow(
      "Cannot train: evaluation.every is 0; expected a positive integer",
    );
  });

  it("reaches the floor of two points on a line: the error of the field falls from 1.2 to below 0.07", async () => {
    const steps = 800;
    const network = buildNetwork({ kind: "mlp", dim: 1, width: 64, depth: 2, time: { kind: "fourier", count: 4 } });
    const optimizer = buildOptimizer({ learningRate: { kind: "cosine", rate: 5e-3, steps, warmup: 50 }, emaDecay: 0.99 });
    const learner = createLearner({ engine, network, optimizer, rng });
    const path = atomPath(condOt(), atoms(pointsOf([[1], [-1]])));
    const floor = floorOf(path, { rng: fork(rng, "floor"), samples: 500 });
    const held = draw(fork(rng, "evaluation"), 4000);
    const events = await collect(learner, {
      batchAt: (k) => draw(fork(rng, "large", k), 128),
      steps,
      evaluation: { batch: { ...held, exact: exactVelocity(held) }, every: steps, floor },
    });
    const [start, end] = events.filter((event) => event.kind === "evaluation");
    expect(start?.fieldError?.mean).toBeGreaterThan(1);
    expect(end?.fieldError?.mean).toBeLessThan(0.07);
    // Three estimates of E‖v − u‖² that share only the network: directly, against the exact field on the same points,
    // and against the floor V that the core computed from other points. Eq. (M8)
    const { fieldError, pairedExcess, excess } = end ?? {};
    const within = (a: typeof fieldError, b: typeof fieldError): number =>
      Math.abs(Number(a?.mean) - Number(b?.mean)) / Math.hypot(Number(a?.standardError), Number(b?.standardError));
    expect(within(pairedExcess, fieldError)).toBeLessThan(4);
    expect(within(excess, fieldError)).toBeLessThan(4);
  });
});
