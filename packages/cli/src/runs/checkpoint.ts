import { join } from "node:path";
import { type NamedArrays, readSafetensors, writeSafetensors } from "@fluxion/io";
import * as z from "zod";
import { badInput } from "../errors.js";
import { type FileSystem, readBytes, readText, removeIfThere, sha256, writeAtomic } from "../files/index.js";
import { canonicalJson } from "../terminal/index.js";
import { firstDifference } from "./difference.js";

/** What identifies the work that a checkpoint continues. */
export interface Identity {
  /** The part of the spec that the training depends on. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Digest of the data as the mathematics sees them. */
  readonly data: string;
}

/** A training after some step: everything that its future depends on. */
export interface Checkpoint {
  readonly step: number;
  /** The engine that computed, with its threads. */
  readonly engine: string;
  /** Weights, running means and the state of the optimizer. */
  readonly tensors: NamedArrays;
  /** How much of metrics.jsonl was written by then, and its digest. */
  readonly metrics: { readonly bytes: number; readonly digest: string };
}

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const stateSchema = z.strictObject({
  format: z.literal(1),
  step: z.number().int().min(0),
  engine: z.string(),
  identity: z.strictObject({ spec: z.record(z.string(), z.unknown()), data: hex }),
  metrics: z.strictObject({ bytes: z.number().int().min(0), digest: hex }),
  tensors: hex,
});
const fileSchema = z.strictObject({ digest: hex, state: stateSchema });

const nameOf = (step: number): string => `step-${String(step).padStart(6, "0")}`;

/**
 * Writes `step-000200.safetensors`, then `step-000200.json` with the digests of both: a checkpoint exists once its JSON does.
 * @throws CliError when it cannot be written; an earlier checkpoint is still whole then.
 */
export function writeCheckpoint(files: FileSystem, folder: string, checkpoint: Checkpoint, identity: Identity): void {
  const name = nameOf(checkpoint.step);
  const bytes = writeSafetensors(checkpoint.tensors, { step: String(checkpoint.step) });
  const { step, engine, metrics } = checkpoint;
  const state = { format: 1, step, engine, identity, metrics, tensors: sha256(bytes) };
  writeAtomic(files, join(folder, `${name}.safetensors`), bytes);
  const text = canonicalJson(state);
  writeAtomic(files, join(folder, `${name}.json`), `{"digest":"${sha256(text)}","state":${text}}\n`);
}

/** The newest checkpoint of a folder, and files beside it that no whole checkpoint owns. */
export interface LatestCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Names of newer files whose writing was interrupted. */
  readonly unfinished: readonly string[];
}

/**
 * Reads the newest checkpoint; undefined where there is none. A damaged one is refused and not passed over.
 * @throws CliError naming the file when a digest does not match, or the key in which the spec differs.
 */
export function readLatestCheckpoint(files: FileSystem, folder: string, identity: Identity): LatestCheckpoint | undefined {
  const names = files.exists(folder) ? files.list(folder) : [];
  const steps = (extension: string): number[] =>
    names.flatMap((name) => {
      const found = /^step-(\d{6,})\.(\w+)$/.exec(name);
      return found !== null && found[2] === extension ? [Number(found[1])] : [];
    });
  const finished = steps("json").sort((p, q) => p - q);
  const newest = finished.at(-1);
  const unfinished = steps("safetensors")
    .filter((step) => step > (newest ?? -1))
    .map((step) => `${nameOf(step)}.safetensors`);
  if (newest === undefined) return undefined;
  const older = finished.at(-2);
  const advice = `expected an undamaged file; remove ${nameOf(newest)}.* to resume from ${older === undefined ? "the beginning" : `step ${older}`}`;
  return { checkpoint: readCheckpoint(files, join(folder, nameOf(newest)), identity, advice), unfinished };
}

function readCheckpoint(files: FileSystem, stem: string, identity: Identity, advice: string): Checkpoint {
  const state = readState(files, `${stem}.json`, advice);
  const path = `${stem}.safetensors`;
  requireSame(state.identity, identity, `${stem}.json`);
  const bytes = readBytes(files, path);
  requireDigest(path, sha256(bytes), state.tensors, advice);
  return { step: state.step, engine: state.engine, tensors: readSafetensors(bytes).tensors, metrics: state.metrics };
}

/**
 * The arrays of a checkpoint by its step, whatever training it belongs to.
 * @throws CliError naming the file when it is not there or a digest does not match.
 */
export function readCheckpointTensors(files: FileSystem, folder: string, step: number): NamedArrays {
  const stem = join(folder, nameOf(step));
  const advice = "expected an undamaged checkpoint";
  const state = readState(files, `${stem}.json`, advice);
  const bytes = readBytes(files, `${stem}.safetensors`);
  requireDigest(`${stem}.safetensors`, sha256(bytes), state.tensors, advice);
  return readSafetensors(bytes).tensors;
}

function readState(files: FileSystem, path: string, advice: string): z.infer<typeof stateSchema> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(files, path));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw badInput(`Cannot resume from "${path}": it is no JSON; ${advice}`, cause);
    throw cause;
  }
  const file = fileSchema.safeParse(parsed);
  if (!file.success) throw badInput(`Cannot resume from "${path}": it is no state of a training; ${advice}`);
  const { digest, state } = file.data;
  requireDigest(path, sha256(canonicalJson(state)), digest, advice);
  return state;
}

function requireDigest(path: string, is: string, was: string, advice: string): void {
  if (is === was) return;
  throw badInput(
    `Cannot resume from "${path}": its digest is ${is.slice(0, 16)}…, it was written as ${was.slice(0, 16)}…; ${advice}`,
  );
}

function requireSame(was: Identity, is: Identity, path: string): void {
  const difference =
    firstDifference(was.spec, is.spec) ?? (was.data === is.data ? undefined : { place: "data", was: was.data, is: is.data });
  if (difference === undefined) return;
  const shown = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value));
  throw badInput(
    `Cannot resume from "${path}": "${difference.place}" was ${shown(difference.was)} and is ${shown(difference.is)} now; expected the spec of the checkpoint, or another run directory`,
  );
}

/**
 * Removes every checkpoint, and every part of one that was not finished, that `keeps` does not hold on to; `keeps` is asked once
 * for all finished steps, in order.
 */
export function pruneCheckpoints(
  files: FileSystem,
  folder: string,
  keeps: (finished: readonly number[]) => ReadonlySet<number>,
): void {
  const names = files.exists(folder) ? files.list(folder) : [];
  const stepsOf = (pattern: RegExp): number[] => names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number);
  const kept = keeps(stepsOf(/^step-(\d{6,})\.json$/).sort((p, q) => p - q));
  for (const step of stepsOf(/^step-(\d{6,})\.(?:json|safetensors)$/)) if (!kept.has(step)) removeCheckpoint(files, folder, step);
}

/** Removes a checkpoint: first the JSON that makes it one. */
export function removeCheckpoint(files: FileSystem, folder: string, step: number): void {
  removeIfThere(files, join(folder, `${nameOf(step)}.json`));
  removeIfThere(files, join(folder, `${nameOf(step)}.safetensors`));
}
