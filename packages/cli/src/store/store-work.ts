import { CliError, EXIT } from "../errors.js";
import type { FileSystem } from "../files/index.js";
import type { Progress } from "../progress/index.js";

/** What work on stores needs of the outer world. */
export interface StoreWork {
  readonly files: FileSystem;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Ends the work with exit code 130 once it is asked to stop. */
export function heedStop(signal: AbortSignal): void {
  if (signal.aborted) throw new CliError("Cannot go on: it was interrupted; expected no interrupt", EXIT.interrupted);
}
