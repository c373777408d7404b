import { badInput } from "../errors.js";
import { type AppendLog, type FileSystem, openLog, readBytes, sha256 } from "../files/index.js";
import { jsonText } from "../terminal/index.js";
import type { Checkpoint } from "./checkpoint.js";

/** The log of a training: one line of JSON a measurement. */
export interface MetricsLog {
  /** The measurements so far, those of an earlier process included. */
  readonly entries: readonly Readonly<Record<string, unknown>>[];
  readonly append: (entry: Readonly<Record<string, unknown>>) => void;
  /** Flushes, and tells how to recognise what was written so far. */
  readonly mark: () => Checkpoint["metrics"];
  readonly close: () => void;
}

/**
 * Opens a log that continues after the part that a checkpoint marked; what came later is cut off, since the training will
 * write it again.
 * @throws CliError when the marked part was changed.
 */
export function openMetrics(files: FileSystem, path: string, marked?: Checkpoint["metrics"]): MetricsLog {
  let kept: Uint8Array = new Uint8Array(0);
  if (marked !== undefined && marked.bytes > 0) {
    kept = readBytes(files, path).subarray(0, marked.bytes);
    if (kept.length < marked.bytes || sha256(kept) !== marked.digest) {
      throw badInput(
        `Cannot resume: the first ${marked.bytes} bytes of "${path}" are not those that the checkpoint marked; expected the file that the training wrote`,
      );
    }
  }
  const text = new TextDecoder().decode(kept);
  const lines = text === "" ? [] : text.trimEnd().split("\n");
  const entries: Record<string, unknown>[] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const log: AppendLog = openLog(files, path, kept.length);
  return {
    entries,
    append(entry) {
      const line = jsonText(entry);
      log.append(line);
      lines.push(line);
      entries.push({ ...entry });
    },
    mark() {
      log.sync();
      return { bytes: log.length(), digest: sha256(lines.map((line) => `${line}\n`).join("")) };
    },
    close: log.close,
  };
}
