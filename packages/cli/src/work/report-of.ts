import { type Floor, fork, type Points, rngOf, rows, sampleWithoutReplacement, takeRows, type Verification } from "@fluxion/core";
import { type Network, networkTitle } from "@fluxion/train";
import type { ReportInput } from "../report/index.js";
import { type SampleSpec, specText, type TargetSpec } from "../spec/index.js";
import type { EvaluatedNetwork } from "./evaluate-network.js";
import { posteriorStrip } from "./posterior-strip.js";
import type { PreparedRun } from "./prepare-run.js";
import type { TrainNetworkOutcome } from "./train-network.js";

/** Everything that a run has found out. */
export interface RunResults {
  readonly prepared: PreparedRun;
  readonly verification: Pick<Verification, "checks" | "skipped" | "passed">;
  readonly floor: Floor;
  readonly network: Network;
  readonly metrics: TrainNetworkOutcome["metrics"];
  readonly evaluated: EvaluatedNetwork;
}

/** Pictures shown of image data, and points of a cloud. */
const PICTURES = 24;
const CLOUD = 400;
/** States shown on the way. */
const SHOWN_TIMES = [0, 0.2, 0.4, 0.5, 0.6, 0.8, 0.9, 1];

/** The results of a run in the form that its report shows. */
export function reportInputOf(results: RunResults): ReportInput {
  const { prepared, verification, floor } = results;
  const { spec, path } = prepared;
  return {
    name: spec.name,
    data: dataSummary(prepared),
    spec: specText(spec),
    path: path.field.scheduler.name,
    seed: spec.seed,
    verification,
    floor: {
      value: floor.value,
      standardError: floor.standardError,
      perDim: floor.perDim,
      byTime: floor.byTime,
      entropy: { area: floor.area?.mean ?? null, standardError: floor.area?.standardError ?? null, exact: path.entropy },
    },
    training: trainingSummary(results),
    samples: sampleSummary(results),
    posterior: { columns: posteriorStrip(path, spec.seed) },
    evaluation: evaluationSummary(results),
  };
}

function dataSummary({ spec, set }: PreparedRun): ReportInput["data"] {
  const { points, merged } = set.atoms;
  const shown = Math.min(points.size, set.image === undefined ? CLOUD : PICTURES);
  const chosen = sampleWithoutReplacement(fork(rngOf(spec.seed), "report examples"), points.size, shown);
  return {
    name: set.name,
    size: points.size,
    dim: points.dim,
    merged,
    ...(set.image === undefined ? {} : { image: set.image }),
    examples: takeRows(points, chosen),
    ...(set.attribution === undefined ? {} : { attribution: set.attribution }),
  };
}

const numberAt = (entry: Readonly<Record<string, unknown>>, ...keys: readonly string[]): number => {
  const found = keys.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    entry,
  );
  return typeof found === "number" ? found : Number.NaN;
};

function trainingSummary({ prepared, network, metrics, evaluated }: RunResults): ReportInput["training"] {
  const { train } = prepared.spec;
  return {
    network: networkTitle(network.spec),
    onGaussian: prepared.spec.network.base.kind === "gaussian",
    parameters: network.parameterCount,
    steps: train.steps,
    batch: train.batch,
    target: targetKind(train.target),
    coupling: train.coupling,
    batches: metrics
      .filter(({ kind }) => kind === "step")
      .map((entry) => ({ step: numberAt(entry, "step"), loss: numberAt(entry, "loss") })),
    curve: metrics
      .filter(({ kind }) => kind === "evaluation")
      .map((entry) => ({
        step: numberAt(entry, "step"),
        loss: numberAt(entry, "loss", "mean"),
        excess: numberAt(entry, "fieldError", "mean"),
        excessStandardError: numberAt(entry, "fieldError", "standardError"),
      })),
    excessByTime: evaluated.evaluation.excessByTime,
  };
}

function targetKind(target: TargetSpec = "conditional"): ReportInput["training"]["target"] {
  if (typeof target === "string") return target;
  return "efm" in target ? "estimate" : "exact";
}

function sampleSummary({ prepared, evaluated }: RunResults): ReportInput["samples"] {
  const { times, start, network, exact, nearest, distance, evaluation } = evaluated;
  const kept = times.map((t, k) => ({ t, k })).filter(({ t }) => SHOWN_TIMES.includes(t));
  const first = (x: Points): Points => rows(x, 0, Math.min(x.size, CLOUD));
  const statesOf = (states: readonly Points[]): Points[] => {
    const all = [start, ...states];
    return kept.flatMap(({ k }) => all.slice(k, k + 1)).map(first);
  };
  return {
    times: kept.map(({ t }) => t),
    network: statesOf(network.states),
    exact: statesOf(exact.states),
    nearest: first(nearest),
    distance: distance.slice(0, CLOUD),
    solver: solverSummary(prepared.spec.sample),
    nfe: evaluation.nfe,
  };
}

function solverSummary({ solver: name, steps, rtol, atol }: SampleSpec): ReportInput["samples"]["solver"] {
  return name === "dopri5" ? { name, rtol, atol } : { name, steps };
}

function evaluationSummary({ prepared, evaluated: { evaluation } }: RunResults): ReportInput["evaluation"] {
  const { excess, energyDistance, w2, memorised, straightness, endpointDistance } = evaluation;
  return {
    excess: excess.mean,
    excessStandardError: excess.standardError,
    excessPerDim: excess.mean / prepared.path.field.dim,
    energyDistance,
    w2,
    memorised,
    straightness,
    endpointDistance,
  };
}
