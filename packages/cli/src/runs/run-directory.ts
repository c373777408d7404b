import { join } from "node:path";

/** The files of a run directory. */
export interface RunDirectory {
  readonly path: string;
  /** The resolved spec. */
  readonly spec: string;
  /** One line of JSON a measurement; holds no times, so that equal runs have equal bytes. */
  readonly metrics: string;
  readonly checkpoints: string;
  /** The trained weights (running mean) with what is needed to use them. */
  readonly model: string;
  /** What was made from what: versions and digests. */
  readonly run: string;
  readonly verification: string;
  readonly floor: string;
  readonly evaluation: string;
  readonly samples: string;
  readonly exactSamples: string;
  readonly report: string;
  /** How long each part took: the only file that differs between equal runs. */
  readonly timing: string;
}

/** The names of the files of a run. */
export function runDirectory(path: string): RunDirectory {
  return {
    path,
    spec: join(path, "spec.yaml"),
    metrics: join(path, "metrics.jsonl"),
    checkpoints: join(path, "checkpoints"),
    model: join(path, "model.safetensors"),
    run: join(path, "run.json"),
    verification: join(path, "verify.json"),
    floor: join(path, "floor.json"),
    evaluation: join(path, "eval.json"),
    samples: join(path, "samples.npy"),
    exactSamples: join(path, "samples-exact.npy"),
    report: join(path, "report.html"),
    timing: join(path, "timing.json"),
  };
}
