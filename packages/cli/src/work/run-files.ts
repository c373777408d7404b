import { join } from "node:path";
import { type AtomPath, schedulerNamed } from "@fluxion/core";
import type { Engine } from "@fluxion/train";
import { type DataSet, type LoadDataOptions, loadData, pathOf } from "../data/index.js";
import { badInput } from "../errors.js";
import { type FileSystem, readText } from "../files/index.js";
import { type RunDirectory, runDirectory } from "../runs/index.js";
import { parseSpec, type Spec } from "../spec/index.js";
import { type Model, readModel } from "./network-of.js";

/** A finished run, read back from its directory. */
export interface FinishedRun {
  readonly directory: RunDirectory;
  readonly spec: Spec;
  readonly set: DataSet;
  readonly path: AtomPath;
  readonly model: Model;
}

/**
 * Reads the spec, the data and the trained model of a run directory.
 * @throws CliError, exit code 2, when it is no run, its training has not finished, or the data changed since.
 */
export function openRun(folder: string, engine: Engine, { files, cwd }: Omit<LoadDataOptions, "seed">): FinishedRun {
  const directory = runDirectory(folder);
  const spec = readRunSpec(files, directory);
  if (!files.exists(directory.model)) {
    throw badInput(
      `Cannot use the run "${folder}": its training has not finished; expected model.safetensors, which fluxion train --resume writes`,
    );
  }
  const model = readModel(files, directory.model, engine);
  const set = loadData(spec.data, { files, cwd, seed: spec.seed });
  if (model.data !== set.digest) {
    throw badInput(
      `Cannot use the run "${folder}": the data "${spec.data.from}" are not those of its training; expected digest ${model.data.slice(0, 16)}…`,
    );
  }
  return { directory, spec, set, path: pathOf(set, schedulerNamed(spec.path)), model };
}

/** The resolved spec of a run directory. @throws CliError when the folder holds no run. */
export function readRunSpec(files: FileSystem, directory: RunDirectory): Spec {
  if (!files.exists(directory.spec)) {
    throw badInput(`Cannot use "${directory.path}": there is no ${join(directory.path, "spec.yaml")}; expected a run directory`);
  }
  return parseSpec(readText(files, directory.spec), { file: directory.spec });
}
