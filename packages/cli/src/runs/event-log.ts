import { join } from "node:path";
import { eventFileHeader, eventRecord } from "@fluxion/io";
import { type FileSystem, onPath, removeIfThere, writeAll } from "../files/index.js";

/** The event file that TensorBoard reads beside metrics.jsonl. */
export interface EventLog {
  readonly append: (entry: Readonly<Record<string, unknown>>) => void;
  readonly close: () => void;
}

/** TensorBoard reads every file whose name contains "tfevents". */
const NAME = "events.out.tfevents.0.fluxion";

/**
 * Begins the event file of a run anew with the measurements so far, so that a resumed training leaves no second curve. Wall times
 * count steps and not seconds: equal runs have equal bytes.
 * @throws CliError when it cannot be written.
 */
export function openEvents(files: FileSystem, folder: string, entries: readonly Readonly<Record<string, unknown>>[]): EventLog {
  const path = join(folder, NAME);
  removeIfThere(files, path);
  const fd = onPath("write", path, () => files.open(path, "a"));
  const write = (bytes: Uint8Array): void => onPath("write", path, () => writeAll(files, fd, bytes));
  const append = (entry: Readonly<Record<string, unknown>>): void => {
    const { step, values } = eventOf(entry);
    write(eventRecord({ step, wallTime: step, values }));
  };
  write(eventFileHeader());
  for (const entry of entries) append(entry);
  return { append, close: () => files.close(fd) };
}

/** The numbers of a measurement by tag: `step/loss`, `evaluation/loss`, `evaluation/loss/standardError`, … */
export function eventOf(entry: Readonly<Record<string, unknown>>): { step: number; values: Record<string, number> } {
  const { kind, step, ...measured } = entry;
  return { step: Number(step), values: numbersOf(String(kind), measured) };
}

/** Numbers in groups, named by the way to them; the mean of an estimate has its name. */
function numbersOf(name: string, group: object): Record<string, number> {
  const values: Record<string, number> = {};
  for (const [key, value] of Object.entries(group)) {
    const tag = key === "mean" ? name : `${name}/${key}`;
    if (typeof value === "number") values[tag] = value;
    else if (typeof value === "object" && value !== null) Object.assign(values, numbersOf(tag, value));
  }
  return values;
}
