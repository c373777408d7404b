import type { AsyncField, Points, Scheduler } from "@fluxion/core";
import { backendField } from "../backend/index.js";
import { pathOf, requirePlainStore, storeFolderOf } from "../data/index.js";
import { badInput } from "../errors.js";
import { openStore, storeField } from "../store/index.js";
import { format } from "../terminal/index.js";
import type { BackendOptions } from "./backend-options.js";
import type { Context, OptionDefinition } from "./command.js";
import { type DataOptions, dataSpecOf, loadForCommand } from "./data-options.js";
import { byteSize } from "./read-option.js";

/** What a command needs to open a field over any data. */
export interface FieldDataOptions extends DataOptions, BackendOptions {
  readonly data: string;
  readonly memory?: number;
}

/** Data that a field may be opened over: in memory, or a store that stays on the disk. */
export interface FieldData {
  /** N. */
  readonly size: number;
  /** D. */
  readonly dim: number;
  /** Opens the field for questions at t and points like x. */
  readonly open: (scheduler: Scheduler, t: number, x: Points) => Promise<OpenField>;
}

/** A field with how it is asked; close it when done. */
export interface OpenField {
  readonly field: AsyncField;
  /** Why this backend computes. */
  readonly why: string;
  /** Points to ask for at a time. */
  readonly pointsPerScan: (top: number) => number;
  /** The rows of the data as given that atoms are; −1 stays. */
  readonly rowsAsGiven: (atoms: Int32Array) => Promise<Int32Array>;
  readonly close: () => Promise<void>;
}

/** `--memory`, for stores. */
export const memoryOption: OptionDefinition = {
  flags: "--memory <bytes>",
  help: "what reading a store may take, as 4GB; 1GB without it",
  read: byteSize("--memory"),
};

/** Points a scan of data in memory, between which the process may look at the outer world. */
const BATCH = 512;

/**
 * The data of `--data`: a store is opened and not loaded.
 * @throws CliError, exit code 2, for options that do not go with the kind of data.
 */
export function fieldData(context: Context, options: FieldDataOptions): FieldData {
  const folder = storeFolderOf(options.data, context.io);
  return folder === undefined ? inMemory(context, options) : onDisk(context, options, folder);
}

function inMemory(context: Context, options: FieldDataOptions): FieldData {
  if (options.memory !== undefined) {
    throw badInput(`Cannot use --memory: "${options.data}" is loaded whole; expected a store, made by fluxion store create`);
  }
  const set = loadForCommand(context, dataSpecOf(options.data, options));
  const { promise: demand, backend, threads } = options;
  return {
    size: set.atoms.points.size,
    dim: set.atoms.points.dim,
    async open(scheduler, t, x) {
      pathOf(set, scheduler); // refuses data on a manifold
      const seed = context.seed ?? 0;
      const opened = await backendField(set, { scheduler, demand, backend, threads, seed, t, x, now: context.io.now });
      return {
        field: opened.field,
        why: opened.why,
        pointsPerScan: () => BATCH,
        rowsAsGiven: async (atoms) => atoms.map((i) => (i < 0 ? i : (set.firstRow[i] ?? -1))),
        close: opened.close,
      };
    },
  };
}

function onDisk({ io, progress }: Context, options: FieldDataOptions, folder: string): FieldData {
  const { data, weights, scale, backend, promise, bandwidth, memory = 1e9 } = options;
  requirePlainStore(dataSpecOf(data, options));
  const stray = weights !== undefined ? "--weights" : scale !== undefined ? "--scale" : undefined;
  if (stray !== undefined) {
    throw badInput(`Cannot use ${stray}: "${data}" is a store, read as it is; expected ${stray} when it is made`);
  }
  if (backend !== "auto" && backend !== "reference") {
    throw badInput(`Cannot use the backend "${backend}": "${data}" is a store; expected --backend reference, or auto`);
  }
  if (promise.kind === "statistical") {
    throw badInput(`Cannot promise "statistical": "${data}" is a store; expected exact or certified`);
  }
  const { size, dim, shards } = openStore(io.files, folder).manifest;
  const megabytes = shards.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  return {
    size,
    dim,
    async open(scheduler) {
      const task = progress.start("read", undefined, "MB");
      let read = 0;
      const onRead = (bytes: number): void => {
        read += bytes / 1e6;
        task.update(Math.round(read), `of ${format.number(Math.round(megabytes))} a pass`);
      };
      const request = { scheduler, demand: promise, bandwidth, memory, signal: io.signal, onRead };
      const opened = await storeField(io.files, folder, request);
      return {
        field: opened.field,
        why: `a store, read ${format.bytes(opened.backend.readBytes)} at a time`,
        pointsPerScan: (top) => opened.backend.pointsPerScan(top),
        rowsAsGiven: opened.rowsAsGiven,
        async close() {
          await opened.close();
          task.end(`${format.number(Math.round(read))} MB`);
        },
      };
    },
  };
}
