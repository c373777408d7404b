import type { FileSystem } from "../files/index.js";

/** Where text goes: `process.stdout`, or an array in a test. */
export interface Output {
  readonly write: (text: string) => unknown;
  /** Whether a person looks at it. */
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal. */
  readonly columns?: number | undefined;
}

/** Everything of the outer world that a command may touch. */
export interface CliIo {
  /** Results, and nothing else. */
  readonly stdout: Output;
  /** Progress, notes, warnings and errors. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder against which paths are resolved. */
  readonly cwd: string;
  /** Aborted by Ctrl-C while the work holds interrupts. */
  readonly signal: AbortSignal;
  /** From here on Ctrl-C aborts `signal` instead of ending the process at once; returns what ends that. */
  readonly holdInterrupts: () => () => void;
  readonly files: FileSystem;
  /** Milliseconds from any origin. */
  readonly now: () => number;
}

/** What a caller of `runCli` must give; the rest are the files and the clock of this machine. */
export type CliOptions = Pick<CliIo, "stdout" | "stderr"> & Partial<CliIo>;
