import {
  type AtomPath,
  couplingNamed,
  drawBatch,
  drawCoupledBatch,
  fork,
  type Points,
  type Rng,
  sampleAtoms,
  uniform,
} from "@fluxion/core";
import { efmTargets, type TargetPlan, targetOracle } from "@fluxion/kernels";
import { dropLabels, NULL_LABEL, type TrainingBatch } from "@fluxion/train";
import { badInput } from "../errors.js";
import type { TrainSpec } from "../spec/index.js";

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
  { target, batch, coupling = "independent", labelDropout }: TrainSpec,
  rng: Rng,
  classOf?: Int32Array,
): Promise<TrainingBatches> {
  const at = (step: number): Rng => fork(rng, "batch", step);
  if (classOf !== undefined) {
    requirePairsOfClasses({ target, coupling });
    return { batchAt: (step) => labelledBatch(path, classOf, at(step), { batch, labelDropout }), close: async () => {} };
  }
  if (target === undefined || target === "conditional") {
    const pairing = couplingNamed(coupling);
    const draw = (r: Rng): TrainingBatch =>
      coupling === "independent" ? drawBatch(path, r, batch) : drawCoupledBatch(path, pairing, r, batch);
    return { batchAt: (step) => draw(at(step)), close: async () => {} };
  }
  if (!path.source.isotropic) throw badInput("Cannot find exact targets: the source is not N(0, I)");
  const { scheduler } = path.field;
  const { atoms, bandwidth } = path;
  if (target !== "exact" && "efm" in target) {
    if (target.efm > atoms.points.size) {
      throw badInput(
        `Cannot estimate targets from ${target.efm} references: there are ${atoms.points.size} points; expected "train.target.efm" of at most that`,
      );
    }
    return {
      batchAt: (step) =>
        efmTargets(atoms, scheduler, alignedPlan(path, at(step), batch), {
          references: target.efm,
          rng: fork(at(step), "references"),
          bandwidth,
        }),
      close: async () => {},
    };
  }
  const oracle = await targetOracle(atoms, { bandwidth });
  const planOf = target === "exact" ? alignedPlan : (p: AtomPath, r: Rng) => gridPlan(p, r, target.grid);
  return {
    batchAt: (step) => oracle.evaluate(scheduler, planOf(path, at(step), batch), { epsilon: EPSILON, spread: false }),
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

/** The pairs of `drawBatch` with their classes, some of which are withheld. */
function labelledBatch(
  path: AtomPath,
  classOf: Int32Array,
  rng: Rng,
  { batch, labelDropout }: Pick<TrainSpec, "batch" | "labelDropout">,
): TrainingBatch {
  const label = drawLabels(path, classOf, rng, batch);
  return { ...drawBatch(path, rng, batch), label: dropLabels(fork(rng, "labels"), label, labelDropout) };
}

/** The classes of the points that `drawBatch` draws from the same generator; `classOf` is that of every atom. */
export function drawLabels(path: AtomPath, classOf: Int32Array, rng: Rng, size: number): Int32Array {
  return Int32Array.from(drawRows(path, fork(rng, "data"), size), (row) => classOf[row] ?? NULL_LABEL);
}

/** The draws of `drawBatch`, as a plan: over atoms that are not smoothed its points are the same. */
function alignedPlan(path: AtomPath, rng: Rng, size: number): TargetPlan {
  return {
    kind: "aligned",
    rows: drawRows(path, fork(rng, "data"), size),
    noise: path.drawSource(fork(rng, "source"), size),
    t: uniform(fork(rng, "time"), new Float64Array(size)),
  };
}

function gridPlan(path: AtomPath, rng: Rng, [J, B, T]: readonly [number, number, number]): TargetPlan {
  const noise: Points = path.drawSource(fork(rng, "source"), B);
  return {
    kind: "grid",
    rows: drawRows(path, fork(rng, "data"), J),
    noise,
    t: uniform(fork(rng, "time"), new Float64Array(T)),
  };
}

/** Indices of atoms, by their weights; those that `path.drawData` draws. */
function drawRows({ atoms, bandwidth }: AtomPath, rng: Rng, size: number): Uint32Array {
  return sampleAtoms(bandwidth === 0 ? rng : fork(rng, "atom"), atoms, size).indices;
}
