import {
  type AtomPath,
  couplingNamed,
  type DrawTimes,
  drawBatch,
  drawCoupledBatch,
  fork,
  type Points,
  type Rng,
  sampleAtoms,
} from "@fluxion/core";
import { efmTargets, type TargetPlan, targetOracle } from "@fluxion/kernels";
import { dropLabels, NULL_LABEL, type TrainingBatch } from "@fluxion/train";
import { badInput } from "../errors.js";
import type { TrainSpec } from "../spec/index.js";
import { type LossLaw, lossLaw, weighted } from "./loss-law.js";

/** The batches of a training, each a function of its step alone. */
export interface TrainingBatches {
  readonly batchAt: (step: number) => TrainingBatch | Promise<TrainingBatch>;
  close(): Promise<void>;
}

/** Error of a target's denoiser, in radii of the data: below the rounding of the float32 that a network reads. */
const EPSILON = 1e-8;

/**
 * The batches that a spec asks for. Independent points are the same for every target of one seed, so that runs compare; only
 * what is regressed on differs. Eq. (M8)
 */
export async function trainingBatches(
  path: AtomPath,
  spec: TrainSpec,
  rng: Rng,
  { classOf, law = lossLaw(spec, path.field.scheduler) }: TrainingBatchesOptions = {},
): Promise<TrainingBatches> {
  const { batchAt, close } = await unweightedBatches(path, spec, { rng, times: law.sampler.draw, classOf });
  return { batchAt: async (step) => weighted(law, await batchAt(step)), close };
}

/** What batches depend on beside the path and the spec. */
export interface TrainingBatchesOptions {
  /** The class of every atom. */
  readonly classOf?: Int32Array | undefined;
  /** @defaultValue that of the spec for a network that predicts velocities */
  readonly law?: LossLaw;
}

interface Draws {
  readonly rng: Rng;
  readonly times: DrawTimes;
  readonly classOf: Int32Array | undefined;
}

async function unweightedBatches(
  path: AtomPath,
  { target, batch, coupling = "independent", labelDropout }: TrainSpec,
  { rng, times, classOf }: Draws,
): Promise<TrainingBatches> {
  const at = (step: number): Rng => fork(rng, "batch", step);
  if (classOf !== undefined) {
    requirePairsOfClasses({ target, coupling });
    const labels = { classOf, labelDropout };
    return { batchAt: (step) => labelledBatch(path, at(step), { size: batch, times }, labels), close: async () => {} };
  }
  if (target === undefined || target === "conditional") {
    const pairing = couplingNamed(coupling);
    const draw = (r: Rng): TrainingBatch =>
      coupling === "independent" ? drawBatch(path, r, batch, times) : drawCoupledBatch(path, pairing, r, { size: batch, times });
    return { batchAt: (step) => draw(at(step)), close: async () => {} };
  }
  if (!path.source.isotropic) throw badInput("Cannot find exact targets: the source is not N(0, I)");
  const { scheduler } = path.field;
  const { atoms, bandwidth } = path;
  const aligned = (p: AtomPath, r: Rng): TargetPlan => alignedPlan(p, r, { size: batch, times });
  if (target !== "exact" && "efm" in target) {
    if (target.efm > atoms.points.size) {
      throw badInput(
        `Cannot estimate targets from ${target.efm} references: there are ${atoms.points.size} points; expected "train.target.efm" of at most that`,
      );
    }
    return {
      batchAt: (step) =>
        efmTargets(atoms, scheduler, aligned(path, at(step)), {
          references: target.efm,
          rng: fork(at(step), "references"),
          bandwidth,
        }),
      close: async () => {},
    };
  }
  const oracle = await targetOracle(atoms, { bandwidth });
  const planOf = target === "exact" ? aligned : (p: AtomPath, r: Rng) => gridPlan(p, r, target.grid, times);
  return {
    batchAt: (step) => oracle.evaluate(scheduler, planOf(path, at(step)), { epsilon: EPSILON, spread: false }),
    close: () => oracle.close(),
  };
}

/** @throws CliError, exit code 2, for targets or pairs that a network with classes cannot be trained on. */
export function requirePairsOfClasses({ target = "conditional", coupling = "independent" }: Partial<TrainSpec>): void {
  if (target === "conditional" && coupling === "independent") return;
  throw badInput(
    `Cannot condition the network on classes: the pairs and targets of the spec are of all classes together; expected "train.target" conditional and "train.coupling" independent`,
  );
}

/** How many points a batch has, and how their times are drawn. */
interface Size {
  readonly size: number;
  readonly times: DrawTimes;
}

/** The pairs of `drawBatch` with their classes, some of which are withheld. */
function labelledBatch(
  path: AtomPath,
  rng: Rng,
  { size, times }: Size,
  { classOf, labelDropout }: { readonly classOf: Int32Array; readonly labelDropout: number },
): TrainingBatch {
  const label = drawLabels(path, classOf, rng, size);
  return { ...drawBatch(path, rng, size, times), label: dropLabels(fork(rng, "labels"), label, labelDropout) };
}

/** The classes of the points that `drawBatch` draws from the same generator; `classOf` is that of every atom. */
export function drawLabels(path: AtomPath, classOf: Int32Array, rng: Rng, size: number): Int32Array {
  return Int32Array.from(drawRows(path, fork(rng, "data"), size), (row) => classOf[row] ?? NULL_LABEL);
}

/** The draws of `drawBatch`, as a plan: over atoms that are not smoothed its points are the same. */
function alignedPlan(path: AtomPath, rng: Rng, { size, times }: Size): TargetPlan {
  return {
    kind: "aligned",
    rows: drawRows(path, fork(rng, "data"), size),
    noise: path.drawSource(fork(rng, "source"), size),
    t: times(fork(rng, "time"), new Float64Array(size)),
  };
}

function gridPlan(path: AtomPath, rng: Rng, [J, B, T]: readonly [number, number, number], times: DrawTimes): TargetPlan {
  const noise: Points = path.drawSource(fork(rng, "source"), B);
  return {
    kind: "grid",
    rows: drawRows(path, fork(rng, "data"), J),
    noise,
    t: times(fork(rng, "time"), new Float64Array(T)),
  };
}

/** Indices of atoms, by their weights; those that `path.drawData` draws. */
function drawRows({ atoms, bandwidth }: AtomPath, rng: Rng, size: number): Uint32Array {
  return sampleAtoms(bandwidth === 0 ? rng : fork(rng, "atom"), atoms, size).indices;
}
