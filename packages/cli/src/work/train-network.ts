import { type AtomPath, type Floor, fork, type Rng, rngOf } from "@fluxion/core";
import type { NamedArrays } from "@fluxion/io";
import {
  createLearner,
  describeNetwork,
  type Engine,
  type EvaluationBatch,
  type Learner,
  type ObjectivePlan,
  stateFromTensors,
  stateTensors,
  type TrainEvent,
  train,
} from "@fluxion/train";
import type { DataSet } from "../data/index.js";
import { badInput } from "../errors.js";
import { ensureDirectory, type FileSystem, sha256, writeAtomic } from "../files/index.js";
import type { Progress } from "../progress/index.js";
import {
  type EventLog,
  type Identity,
  type MetricsLog,
  openEvents,
  openMetrics,
  pruneCheckpoints,
  type RunDirectory,
  readLatestCheckpoint,
  writeCheckpoint,
} from "../runs/index.js";
import type { Spec } from "../spec/index.js";
import { format } from "../terminal/index.js";
import { classesOf, classPaths } from "./class-paths.js";
import { drawEvaluationBatch, drawLabelledBatch } from "./evaluation-batch.js";
import { keptCheckpoints } from "./kept-checkpoints.js";
import { type LossLaw, lossLaw } from "./loss-law.js";
import { measureClassFloor, measureFloor } from "./measure-floor.js";
import { baseFieldOf, gaussianBaseOf } from "./network-base.js";
import { modelBytes, networkDataOf, networkOf, optimizerOf } from "./network-of.js";
import { trainingBatches } from "./training-batches.js";

/** What a training works on. */
export interface TrainNetworkInput {
  readonly spec: Spec;
  readonly path: AtomPath;
  /** The data, for their digest, pictures and classes. */
  readonly set: DataSet;
  /** V without classes, which every measurement of the loss of a network without classes is compared with. Eq. (M8) */
  readonly floor: Pick<Floor, "value" | "standardError">;
  readonly directory: RunDirectory;
  /** Whether to continue from the newest checkpoint. */
  readonly resume: boolean;
}

/** What a training needs of the outer world. */
export interface TrainNetworkWorld {
  readonly engine: Engine;
  readonly files: FileSystem;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** How a training ended. */
export interface TrainNetworkOutcome {
  /** `interrupted` when the signal came before the last step; a checkpoint holds what was done. */
  readonly status: "done" | "interrupted";
  readonly steps: number;
  readonly learner: Learner;
  /** The floor that the loss was compared with: given the class for a network with classes. */
  readonly floor: TrainNetworkInput["floor"];
  /** The lines of metrics.jsonl. */
  readonly metrics: MetricsLog["entries"];
}

/** One training under way: what its parts share. */
interface Session extends TrainNetworkInput, TrainNetworkWorld {
  readonly learner: Learner;
  readonly identity: Identity;
}

/**
 * Trains until the steps of the spec are done or the signal asks to stop, and writes metrics, checkpoints and the model.
 * A resumed training writes the same bytes as one that was never stopped.
 * @throws CliError or TrainingError when a checkpoint does not fit, the disk is full, or the loss is not finite.
 */
export async function trainNetwork(input: TrainNetworkInput, world: TrainNetworkWorld): Promise<TrainNetworkOutcome> {
  const { spec, path, set, directory } = input;
  const network = networkOf(spec.network, networkDataOf(set));
  const optimizer = optimizerOf(spec.train);
  const gaussian = gaussianBaseOf(spec.network, path);
  const base = gaussian && baseFieldOf(gaussian, spec.path);
  const rng = fork(rngOf(spec.seed), "network");
  const learner = createLearner({ engine: world.engine, network, optimizer, rng, ...(base ? { base } : {}) });
  const session: Session = { ...input, ...world, learner, identity: { spec: trainingPart(spec, set), data: set.digest } };
  world.progress.note(describeNetwork(network));
  ensureDirectory(world.files, directory.checkpoints);
  const metrics = openMetrics(world.files, directory.metrics, input.resume ? resumed(session) : undefined);
  const events = spec.train.tensorboard === true ? openEvents(world.files, directory.path, metrics.entries) : undefined;
  let floor = input.floor;
  try {
    floor = await trainSteps(session, metrics, events);
  } finally {
    metrics.close();
    events?.close();
  }
  const done = learner.steps >= spec.train.steps;
  if (done) {
    const about = { path: spec.path, data: set.digest, step: learner.steps, base: gaussian };
    writeAtomic(world.files, directory.model, modelBytes(network, await learner.state(), about));
  }
  return { status: done ? "done" : "interrupted", steps: learner.steps, learner, floor, metrics: metrics.entries };
}

async function trainSteps(
  session: Session,
  metrics: MetricsLog,
  curves: EventLog | undefined,
): Promise<TrainNetworkInput["floor"]> {
  const { learner, path, signal } = session;
  const { steps, evaluateEvery, checkpointEvery } = session.spec.train;
  const rng = fork(rngOf(session.spec.seed), "train");
  const law = lossLaw(session.spec.train, path.field.scheduler);
  const { batch, floor, classOf, objective } = evaluationOf(session, law, fork(rng, "evaluation"));
  const batches = await trainingBatches(path, session.spec.train, rng, { classOf, law });
  const task = session.progress.start("train", steps, "steps");
  task.update(learner.steps);
  const events = train(learner, {
    batchAt: batches.batchAt,
    steps,
    evaluation: { batch, every: evaluateEvery, floor, ...(objective ? { objective } : {}) },
    signal,
  });
  let saved = learner.steps;
  const save = async (): Promise<void> => {
    if (learner.steps !== saved) await saveCheckpoint(session, metrics);
    saved = learner.steps;
    const keeps = (finished: readonly number[]) => keptCheckpoints(finished, metrics.entries, session.spec.train);
    pruneCheckpoints(session.files, session.directory.checkpoints, keeps); // also what a killed process left behind
  };
  let detail = "";
  for await (const event of events) {
    metrics.append(entryOf(event));
    curves?.append(entryOf(event));
    if (event.kind === "evaluation") detail = curveText(event);
    task.update(learner.steps, detail);
    const measured = event.kind === "evaluation" || !(learner.steps % evaluateEvery === 0 || learner.steps === steps);
    if (measured && learner.steps % checkpointEvery === 0) await save();
    await new Promise(setImmediate); // lets Ctrl-C be heard: a blocking engine never leaves the microtask queue
  }
  await save();
  await batches.close();
  task.end(detail);
  return floor;
}

/**
 * What the loss is measured on and against; with classes both are given the class. The loss of uniform times and weights 1 is
 * measured for every network, so that runs compare; that which is trained on too where it is another, with its own floor.
 */
function evaluationOf({ spec, set, path, floor, progress }: Session, law: LossLaw, rng: Rng) {
  const size = spec.train.evaluationBatch;
  const options = { seed: spec.seed, samples: spec.floor.samples };
  const own = { ...options, weight: law.floorWeight };
  const plan = (drawn: EvaluationBatch, known: ObjectivePlan["floor"] & object): ObjectivePlan => ({
    over: law.over,
    batch: { ...drawn, weight: drawn.t.map(law.pointWeight) },
    floor: known,
  });
  const classOf = spec.network.classes > 0 ? classesOf(set) : undefined;
  const times = law.sampler.draw;
  if (classOf === undefined) {
    const objective = law.plain
      ? undefined
      : plan(drawEvaluationBatch(path, fork(rng, "objective"), size, times), measureFloor(path, own, progress));
    return { batch: drawEvaluationBatch(path, rng, size), floor, classOf, objective };
  }
  const classes = classPaths(path, classOf, spec.network.classes);
  const objective = law.plain
    ? undefined
    : plan(
        drawLabelledBatch(path, { classOf, classes, times }, fork(rng, "objective"), size),
        measureClassFloor(classes, own, progress),
      );
  const ofClasses = measureClassFloor(classes, options, progress);
  return { batch: drawLabelledBatch(path, { classOf, classes }, rng, size), floor: ofClasses, classOf, objective };
}

/** The part of a spec that the trained weights depend on; data are told by their digest, the engine by its name. */
export function trainingPart(
  {
    seed,
    path,
    network,
    train: { checkpointEvery: _, keepLast: __, engine: ___, threads: ____, tensorboard: _____, ...rest },
  }: Spec,
  set: Pick<DataSet, "labels" | "firstRow">,
): Identity["spec"] {
  const classOf = network.classes > 0 ? classesOf(set) : undefined;
  const classes = classOf && { classes: sha256(new Uint8Array(classOf.buffer, classOf.byteOffset, classOf.byteLength)) };
  return { seed, path, network, train: rest, ...classes };
}

async function saveCheckpoint({ learner, files, directory, identity, engine }: Session, metrics: MetricsLog): Promise<void> {
  const state = await learner.state();
  const tensors: NamedArrays = Object.fromEntries(
    Object.entries(stateTensors(learner.network, state)).map(([name, tensor]) => [name, { dtype: "float32", ...tensor }]),
  );
  writeCheckpoint(
    files,
    directory.checkpoints,
    { step: learner.steps, engine: engine.name, tensors, metrics: metrics.mark() },
    identity,
  );
}

/** Loads the newest checkpoint into the learner, and tells which part of the metrics belongs to it. */
function resumed({
  learner,
  files,
  directory,
  identity,
  progress,
  engine,
}: Session): { bytes: number; digest: string } | undefined {
  const latest = readLatestCheckpoint(files, directory.checkpoints, identity);
  if (latest === undefined) {
    progress.warn(`there is no whole checkpoint in ${directory.checkpoints}: training starts from the beginning`);
    return undefined;
  }
  const { checkpoint, unfinished } = latest;
  requireEngine(checkpoint.engine, engine.name);
  for (const name of unfinished) progress.warn(`${name} is left of a checkpoint that was not finished, and is passed over`);
  const tensors = Object.fromEntries(
    Object.entries(checkpoint.tensors).map(([name, { data }]) => [name, { data: data as Float32Array }]),
  );
  learner.load(stateFromTensors(learner.network, tensors, checkpoint.step));
  progress.note(`Resuming from step ${format.number(checkpoint.step)}`);
  return checkpoint.metrics;
}

/** Other engines, and other numbers of threads, round otherwise. */
function requireEngine(was: string, is: string): void {
  if (was === is) return;
  throw badInput(
    `Cannot resume the training: it ran on ${was} and this is ${is}; expected the same "train.engine" and "train.threads", so that the bytes are those of an uninterrupted run`,
  );
}

/** One line of metrics.jsonl. `step` counts completed steps. */
function entryOf(event: TrainEvent): Record<string, unknown> {
  if (event.kind === "step") {
    const { step, loss, gradNorm, learningRate } = event;
    return { kind: "step", step: step + 1, loss, gradNorm, learningRate };
  }
  const { kind, steps, ...measured } = event;
  return { kind, step: steps, ...measured };
}

function curveText({ loss, fieldError }: Extract<TrainEvent, { kind: "evaluation" }>): string {
  const excess = fieldError === undefined ? "" : `  excess ${format.number(fieldError.mean, 3)}`;
  return `loss ${format.number(loss.mean, 4)}${excess}`;
}
