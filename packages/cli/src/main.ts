import { EXIT } from "./errors.js";
import { runCli } from "./run-cli.js";

/**
 * The process around `runCli`. Ctrl-C ends it at once, as by default, unless a command holds interrupts to finish a step and
 * write a checkpoint; then the first one asks it to stop, and the second ends the process.
 */
const controller = new AbortController();
let firstAsked = 0;
/** One Ctrl-C reaches a whole process group, and a parent may pass it on: what follows this soon is the same one, ms. */
const SAME_INTERRUPT = 300;

function onInterrupt(): void {
  const now = performance.now();
  if (!controller.signal.aborted) firstAsked = now;
  else if (now - firstAsked > SAME_INTERRUPT) process.exit(EXIT.interrupted);
  controller.abort();
}

function holdInterrupts(): () => void {
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  return () => {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  };
}

/** `fluxion data digits --json | head -c 1` closes the pipe: nobody reads on, so there is nothing left to do. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failed);
});

const { stdout, stderr, argv } = process;
const code = await runCli(argv.slice(2), {
  stdout: { write: (text) => stdout.write(text), isTTY: stdout.isTTY, columns: stdout.columns },
  stderr: { write: (text) => stderr.write(text), isTTY: stderr.isTTY, columns: stderr.columns },
  signal: controller.signal,
  holdInterrupts,
});
stdout.write("", () => process.exit(code)); // when all is written, although workers of an engine may still idle
