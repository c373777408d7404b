/** What the process returns: all done, a check or a computation failed, the input was wrong, our own bug, stopped by Ctrl-C. */
export const EXIT = { ok: 0, failed: 1, badInput: 2, bug: 70, interrupted: 130 } as const;

/** One of the exit codes of the command. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An outcome that the user can act on: a sentence without a stack trace, and the exit code that goes with it. */
export class CliError extends Error {
  override readonly name = "CliError";
  /** The exit code of the process. */
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** A mistake in the arguments, the spec, the data or a path: exit code 2. */
export function badInput(message: string, cause?: unknown): CliError {
  return new CliError(message, EXIT.badInput, cause === undefined ? undefined : { cause });
}

/** A computation or a write that failed on the way: exit code 1. */
export function failed(message: string, cause?: unknown): CliError {
  return new CliError(message, EXIT.failed, cause === undefined ? undefined : { cause });
}

/** What a person is told of an error, and the code that the process returns. */
export interface Verdict {
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** The sentences of the libraries; the engine's own, as "Cannot read properties of undefined", are not of this form. */
const SENTENCE = /^Cannot [\s\S]+: [\s\S]+; expected /;
const OUT_OF_MEMORY = /array buffer allocation failed|invalid (typed )?array (buffer )?length|out of memory/i;

/**
 * Sorts an error: sentences of the libraries about a value, a kind or a text (RangeError, TypeError, SyntaxError) are bad
 * input; other sentences are failures; anything else is a bug of ours.
 */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof CliError) return error;
  if (!(error instanceof Error)) return { message: `internal error: ${String(error)}`, exitCode: EXIT.bug };
  if (SENTENCE.test(error.message)) {
    const ofTheInput = error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError;
    return { message: error.message, exitCode: ofTheInput ? EXIT.badInput : EXIT.failed };
  }
  if (error instanceof RangeError && OUT_OF_MEMORY.test(error.message)) {
    const message = `Cannot allocate memory: ${error.message}; expected a smaller data set, batch or count`;
    return { message, exitCode: EXIT.failed };
  }
  return { message: `internal error: ${error.message}`, exitCode: EXIT.bug };
}

/**
 * Runs work whose input has been checked: a library's sentence about a value then tells of numbers that overflowed on the way,
 * a failure with exit code 1 and no bad input.
 */
export async function afterChecks<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message, exitCode } = verdictOf(error);
    throw !(error instanceof CliError) && exitCode === EXIT.badInput ? failed(message, error) : error;
  }
}
