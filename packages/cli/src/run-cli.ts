import { isAbsolute, resolve } from "node:path";
import { Command, CommanderError, Option } from "commander";
import type { CommandDefinition, Context, Outcome } from "./command/command.js";
import { commands } from "./command/index.js";
import { wholeNumber } from "./command/read-option.js";
import { badInput, EXIT, type ExitCode, verdictOf } from "./errors.js";
import { nodeFiles } from "./files/index.js";
import { createProgress } from "./progress/index.js";
import { type CliIo, type CliOptions, jsonText, paintFor } from "./terminal/index.js";
import { version } from "./version.js";

/**
 * Runs one command line, as `["field", "--data", "pts.npy"]`, and returns the exit code; writes results to `stdout` and all
 * else to `stderr`. With `--json` exactly one JSON object goes to `stdout`, also when the command fails.
 */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<ExitCode> {
  const io = complete(options);
  const asJson = argv.includes("--json");
  let code: ExitCode = EXIT.ok;
  const program = new Command("fluxion")
    .description("Flow matching with the training target itself: the marginal vector field, exact, verified and visible.")
    .version(version(), "-V, --version", "print the version")
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .addHelpText("after", "\nfluxion <command> --help shows the options of a command and examples.");
  muffle(program, io);
  for (const definition of commands) {
    addCommand(program, definition, io, async (outcome) => {
      io.stdout.write(asJson ? `${jsonText(outcome.json)}\n` : outcome.text);
      code = outcome.exitCode ?? EXIT.ok;
    });
  }
  try {
    if (argv.length === 0)
      throw badInput(`Cannot run: there is no command; expected ${commands.map(({ name }) => name).join(", ")}`);
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    return report(error, io, asJson);
  }
}

/** Fills in the machine's own files and clock. */
function complete(options: CliOptions): CliIo {
  return {
    env: process.env,
    cwd: process.cwd(),
    signal: new AbortController().signal,
    holdInterrupts: () => () => undefined,
    files: nodeFiles,
    now: () => performance.now(),
    ...options,
  };
}

/** Commander throws instead of ending the process, and leaves the wording of errors to `report`. */
function muffle(command: Command, io: CliIo): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: () => undefined,
    getOutHelpWidth: () => io.stdout.columns ?? 100,
  });
}

function addCommand(
  program: Command,
  definition: CommandDefinition,
  io: CliIo,
  finish: (outcome: Outcome) => Promise<void>,
): void {
  const command = program.command(definition.name).summary(definition.summary);
  command.description(definition.details === undefined ? definition.summary : `${definition.summary}\n\n${definition.details}`);
  muffle(command, io);
  for (const [flags, help] of definition.positional ?? []) command.argument(flags, help);
  for (const { flags, help, read, fallback, fallbackText, required } of definition.options) {
    const option = new Option(flags, help).makeOptionMandatory(required ?? false);
    if (read !== undefined) option.argParser(read);
    if (fallback !== undefined) option.default(fallback, fallbackText);
    command.addOption(option);
  }
  command
    .addOption(new Option("--seed <number>", "seed of everything random").argParser(wholeNumber("--seed", 0)))
    .option("--json", "print one JSON object on stdout", false)
    .option("--quiet", "no progress, only warnings and errors", false)
    .addHelpText("after", `\nExamples:\n${definition.examples.map((line) => `  $ ${line}`).join("\n")}`);
  command.action(async (...args: unknown[]) => {
    const positional = args.slice(0, -2) as (string | undefined)[];
    const options = command.opts<{ seed?: number; quiet: boolean }>();
    await finish(await definition.run(contextOf(io, options), options, positional));
  });
}

function contextOf(io: CliIo, { seed, quiet }: { seed?: number; quiet: boolean }): Context {
  return {
    io,
    progress: createProgress({ stderr: io.stderr, env: io.env, now: io.now, quiet }),
    paint: paintFor(io.stdout, io.env),
    seed,
    resolve: (path) => (isAbsolute(path) ? path : resolve(io.cwd, path)),
  };
}

/** Says what went wrong and gives the exit code; a stack trace only for our own bugs, or where FLUXION_DEBUG asks. */
function report(thrown: unknown, io: CliIo, asJson: boolean): ExitCode {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.ok; // --help, --version
  const error = thrown instanceof CommanderError ? usageError(thrown) : thrown;
  const { message, exitCode } = verdictOf(error);
  if (asJson) io.stdout.write(`${jsonText({ error: message, exitCode })}\n`);
  if (io.stderr.isTTY === true) io.stderr.write("\r\u001b[K"); // a bar may still be there
  io.stderr.write(`${paintFor(io.stderr, io.env)("red", "error:")} ${message}\n`);
  const debug = (io.env.FLUXION_DEBUG ?? "") !== "";
  if (error instanceof Error && (debug || exitCode === EXIT.bug)) io.stderr.write(`${error.stack ?? error.message}\n`);
  if (exitCode === EXIT.bug) io.stderr.write("This is a bug of fluxion. Please report it with the lines above.\n");
  return exitCode;
}

/** Commander's "error: unknown option '--x'\n(Did you mean --y?)" as one of our sentences. */
function usageError(error: CommanderError): Error {
  if (error.code === "commander.help") return badInput("Cannot run: there is no command; expected one of fluxion --help", error);
  const [what = "", hint = ""] = error.message.replace(/^error: /, "").split("\n");
  const meant = hint === "" ? "" : ` ${hint.replace("(Did", "(did")}`;
  return badInput(`Cannot read the command line: ${what}${meant}; expected what "fluxion <command> --help" lists`, error);
}
