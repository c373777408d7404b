import { basename, relative } from "node:path";
import type { Verification } from "@fluxion/core";
import { toJson } from "@fluxion/io";
import { afterChecks, badInput, EXIT } from "../errors.js";
import { writeAtomic } from "../files/index.js";
import { renderReport } from "../report/index.js";
import type { RunDirectory } from "../runs/index.js";
import { format } from "../terminal/index.js";
import {
  type Directory,
  evaluateNetwork,
  evaluationJson,
  evaluationText,
  openDirectory,
  type PreparedRun,
  type RunResults,
  reportInputOf,
  trainingEngine,
  trainNetwork,
  verificationJson,
  verifyPath,
  writeRunJson,
} from "../work/index.js";
import { type CommandDefinition, type Context, defineCommand, type Outcome } from "./command.js";
import { floorInto, interrupted, prepareForCommand, type SpecOptions, specOptions } from "./train.js";
import { writeArrays } from "./write-arrays.js";

interface Options extends SpecOptions {
  readonly fresh: boolean;
}

/** `fluxion run`: the whole job, from a data set to a report. */
export const runCommand: CommandDefinition = defineCommand<Options>({
  name: "run",
  summary: "the whole job, from a data set to a report",
  details: [
    "Writes everything into a run directory (runs/ and the name of the spec), report.html last. The directory must not exist,",
    "unless --fresh asks for the next free name or --resume for its newest checkpoint. Exit code 1 when a check failed.",
  ].join("\n"),
  positional: [["<spec>", "a YAML or JSON file, as examples/digits.yaml"]],
  options: [
    ...specOptions,
    { flags: "--fresh", help: "where the run directory exists, take name-2, name-3, …", fallback: false },
  ],
  examples: ["fluxion run examples/moons.yaml --fresh --steps 40 --set sample.count=32 --set verify.trajectories=16"],
  async run(context, options, [file = ""]) {
    const { io, resolve } = context;
    if (options.fresh && options.resume) {
      throw badInput("Cannot run: there are both --fresh and --resume; expected one of them");
    }
    const clock = stopwatch(io.now);
    const prepared = prepareForCommand(context, file, options);
    const how = options.fresh ? "fresh" : options.resume ? "resume" : "new";
    const directory = openDirectory(io.files, resolve(options.out ?? `runs/${prepared.spec.name}`), prepared, how);
    const folder = shownPath(io.cwd, directory.path);
    clock.lap("load");
    const job = { context, prepared, directory, clock };
    const { floor, verification } = await study(job, how);
    const trained = await trainInto(job, floor, options.resume);
    if (trained.status === "interrupted") return interrupted(trained, { file, folder, spec: prepared.spec }, "run");
    const field = trained.learner.field({ ema: true });
    const { spec, path } = prepared;
    const input = { path, field, seed: spec.seed, sample: spec.sample, batch: spec.train.evaluationBatch, floor };
    const evaluated = await afterChecks(() => evaluateNetwork(input, { progress: context.progress, signal: io.signal }));
    clock.lap("sample and evaluate");
    const { network } = trained.learner;
    return finish(job, { prepared, verification, floor, network, metrics: trained.metrics, evaluated }, folder);
  },
});

interface Job {
  readonly context: Context;
  readonly prepared: PreparedRun;
  readonly directory: RunDirectory;
  readonly clock: ReturnType<typeof stopwatch>;
}

/** A folder below the current one without the way to it. */
function shownPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith("..") ? path : short || basename(path);
}

/** Seconds of every part of a run. */
function stopwatch(now: () => number) {
  const begun = now();
  let last = begun;
  const laps: { part: string; seconds: number }[] = [];
  return {
    lap(part: string) {
      laps.push({ part, seconds: (now() - last) / 1000 });
      last = now();
    },
    result: () => ({ parts: laps, seconds: (now() - begun) / 1000 }),
  };
}

/** Floor and verification of the data set, written as they are found. */
async function study({ context, prepared, directory, clock }: Job, how: Directory) {
  const { io, progress } = context;
  const { spec, path } = prepared;
  const floor = floorInto(directory, context, prepared, how);
  clock.lap("floor");
  const verification =
    path.bandwidth > 0 ? smoothed() : await verifyPath(path, { ...spec.verify, seed: spec.seed, floor }, progress);
  writeAtomic(io.files, directory.verification, `${toJson(verificationJson(verification), { indent: 2 })}\n`);
  for (const { id, statement } of verification.checks.filter(({ passed }) => !passed)) {
    progress.warn(`the check ${id} failed: ${statement}`);
  }
  clock.lap("verify");
  return { floor, verification };
}

/** The checks enumerate atoms; a kernel density has none. */
function smoothed(): Pick<Verification, "checks" | "skipped" | "passed"> {
  return { checks: [], skipped: [{ id: "all", reason: "the data are smoothed, and the checks enumerate points" }], passed: true };
}

async function trainInto(
  { context: { io, progress }, prepared, directory, clock }: Job,
  floor: RunResults["floor"],
  resume: boolean,
) {
  const { spec, set, path } = prepared;
  const engine = await afterChecks(() => trainingEngine(spec.train, progress));
  const release = io.holdInterrupts();
  try {
    const input = { spec, path, set, floor, directory, resume };
    return await afterChecks(() => trainNetwork(input, { engine, files: io.files, progress, signal: io.signal }));
  } finally {
    release();
    clock.lap("train");
  }
}

function finish({ context, prepared, directory, clock }: Job, results: RunResults, folder: string): Outcome {
  const { files } = context.io;
  const { evaluated, floor, verification, network } = results;
  const { sample, report } = prepared.spec;
  const { image } = prepared.set;
  for (const [file, { x }] of [
    [directory.samples, evaluated.network],
    [directory.exactSamples, evaluated.exact],
  ] as const) {
    writeArrays(files, file, { samples: { shape: [x.size, x.dim], data: x.data } }, { image });
  }
  const measured = evaluationJson(evaluated.evaluation, floor, { sample, dim: prepared.path.field.dim });
  writeAtomic(files, directory.evaluation, `${toJson(measured, { indent: 2 })}\n`);
  writeAtomic(files, directory.report, renderReport(reportInputOf(results), report.language));
  writeRunJson(files, directory, prepared, network);
  clock.lap("report");
  const { parts, seconds } = clock.result();
  writeAtomic(files, directory.timing, `${toJson({ parts, seconds }, { indent: 2 })}\n`);
  const { checks, passed } = verification;
  const held = `${checks.filter((check) => check.passed).length} of ${format.count(checks.length, "check")} of the derivation passed`;
  context.progress.note(`${folder} took ${format.duration(seconds)}`);
  return {
    json: {
      out: folder,
      report: `${folder}/report.html`,
      verification: { checks: checks.length, passed },
      ...measured,
    },
    text: `${prepared.spec.name}: ${held}\n${evaluationText(evaluated.evaluation, floor)}Report: ${folder}/report.html\n`,
    exitCode: passed ? EXIT.ok : EXIT.failed,
  };
}
