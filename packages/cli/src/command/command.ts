import type { ExitCode } from "../errors.js";
import type { Progress } from "../progress/index.js";
import type { CliIo, Paint } from "../terminal/index.js";

/** What every command gets beside its own options. */
export interface Context {
  readonly io: CliIo;
  readonly progress: Progress;
  /** Colours for the result on stdout. */
  readonly paint: Paint;
  /** The seed of the command line; undefined when none was given. */
  readonly seed: number | undefined;
  /** A path of the command line as an absolute one. */
  readonly resolve: (path: string) => string;
}

/** The outcome of a command: for machines, for people, and the exit code. */
export interface Outcome {
  /** The one object that `--json` prints. */
  readonly json: object;
  /** What is printed without `--json`. */
  readonly text: string;
  /** @defaultValue 0 */
  readonly exitCode?: ExitCode;
}

/** One option of a command. */
export interface OptionDefinition {
  /** As commander writes it: "-n, --count <number>". */
  readonly flags: string;
  readonly help: string;
  /** Turns the text into a value; throws with a sentence. @defaultValue the text itself */
  readonly read?: (text: string, earlier: unknown) => unknown;
  readonly fallback?: unknown;
  /** The fallback in words, where its value is not what one would type. */
  readonly fallbackText?: string;
  readonly required?: boolean;
}

/** One subcommand; `O` is what its options become. */
export interface CommandDefinition<O = Readonly<Record<string, unknown>>> {
  readonly name: string;
  readonly summary: string;
  /** More about it, below the summary in its help. */
  readonly details?: string;
  /** Positional arguments with their explanations, as `["<spec>", "a file"]`. */
  readonly positional?: readonly (readonly [flags: string, help: string])[];
  readonly options: readonly OptionDefinition[];
  /** Lines that run one after the other in an empty folder beside `examples/`. */
  readonly examples: readonly string[];
  readonly run: (context: Context, options: O, positional: readonly (string | undefined)[]) => Outcome | Promise<Outcome>;
}

/** A definition whose option types are checked where it is written and forgotten where it is listed. */
export function defineCommand<O extends object>(definition: CommandDefinition<O>): CommandDefinition {
  return definition as unknown as CommandDefinition;
}
