import { basename, dirname, extname, isAbsolute, join, resolve } from "node:path";
import { type AtomPath, schedulerNamed } from "@fluxion/core";
import { type DataSet, loadData, pathOf } from "../data/index.js";
import { badInput } from "../errors.js";
import {
  createDirectory,
  createFreshDirectory,
  type FileSystem,
  readText,
  removeIfThere,
  removeTemporaries,
  writeAtomic,
} from "../files/index.js";
import { type RunDirectory, readLatestCheckpoint, runDirectory } from "../runs/index.js";
import { type DataSpec, parseSpec, type Spec, specText } from "../spec/index.js";
import { lossLaw } from "./loss-law.js";
import { networkDataOf, networkOf, optimizerOf } from "./network-of.js";
import { trainingPart } from "./train-network.js";
import { requirePairsOfClasses } from "./training-batches.js";

/** How a spec file becomes a run. */
export interface PrepareOptions {
  readonly files: FileSystem;
  readonly cwd: string;
  /** Absolute path of the spec file. */
  readonly file: string;
  /** Changes as `train.steps=100`. */
  readonly settings: readonly string[];
}

/** What a run works on, before anything is written. */
export interface PreparedRun {
  readonly spec: Spec;
  readonly set: DataSet;
  readonly path: AtomPath;
}

/** Reads a spec and its data. Relative paths in the spec are relative to the spec file. */
export function prepareRun({ files, cwd, file, settings }: PrepareOptions): PreparedRun {
  const name = basename(file, extname(file));
  const parsed = parseSpec(readText(files, file), { file, name, settings });
  const spec = { ...parsed, data: fromFolder(parsed.data, dirname(file)) };
  const set = loadData(spec.data, { files, cwd, seed: spec.seed });
  if (set.atoms.points.size < 2) {
    throw badInput(`Cannot train on "${set.name}": it is one distinct point; expected at least 2`);
  }
  lossLaw(spec.train, schedulerNamed(spec.path));
  optimizerOf(spec.train); // refuses here, before anything is written, what its schema cannot know
  networkOf(spec.network, networkDataOf(set));
  if (spec.network.classes > 0) requirePairsOfClasses(spec.train);
  return { spec, set, path: pathOf(set, schedulerNamed(spec.path)) };
}

/** The spec with absolute paths, so that a run can be used from any folder. */
function fromFolder(data: DataSpec, folder: string): DataSpec {
  const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(folder, path));
  const isFile = /^[^:]*[./\\]/.test(data.from); // as parseSource tells names and files apart
  return {
    ...data,
    from: isFile ? absolute(data.from) : data.from,
    ...(data.weights === undefined ? {} : { weights: absolute(data.weights) }),
  };
}

/** What to do with a run directory that exists. */
export type Directory = "new" | "fresh" | "resume";

/**
 * Creates the run directory, or finds the one to resume and checks that it can be; then writes the resolved spec into it.
 * @throws CliError, exit code 2, when it exists (`new`), or holds no run or one of another spec (`resume`).
 */
export function openDirectory(files: FileSystem, path: string, { spec, set }: PreparedRun, how: Directory): RunDirectory {
  if (how === "resume") {
    const directory = runDirectory(path);
    removeTemporaries(files, path);
    removeTemporaries(files, directory.checkpoints);
    // A folder without anything is what a process leaves that was killed before it wrote the spec.
    const begun = files.exists(directory.spec) || (files.exists(path) && files.list(path).length === 0);
    if (!begun) {
      throw badInput(`Cannot resume "${path}": there is no ${join(path, "spec.yaml")}; expected a run directory, or no --resume`);
    }
    readLatestCheckpoint(files, directory.checkpoints, { spec: trainingPart(spec, set), data: set.digest });
    writeAtomic(files, directory.spec, specText(spec)); // what no training depends on, as the samples, may have changed
    return directory;
  }
  if (how === "new") createDirectory(files, path, "a new name, --resume to continue, or --fresh for the next free name");
  const directory = runDirectory(how === "new" ? path : createFreshDirectory(files, path));
  writeAtomic(files, directory.spec, specText(spec));
  return directory;
}

/** Runs the first work of a new run; where it fails, the directory that holds nothing but the spec goes away again. */
export function orAbandon<T>(files: FileSystem, { path, spec }: RunDirectory, how: Directory, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (how !== "resume") {
      removeIfThere(files, spec);
      files.removeDirectory(path);
    }
    throw error;
  }
}
