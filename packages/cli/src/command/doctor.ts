import { availableParallelism } from "node:os";
import { examineMachine, type Finding, MEASURED, measureBackends, type Speed } from "../doctor/index.js";
import { format, type Paint, table } from "../terminal/index.js";
import { type CommandDefinition, defineCommand } from "./command.js";
import { wholeNumber } from "./read-option.js";

interface Options {
  readonly threads: number;
  readonly measure: boolean;
}

const MARK: Record<Finding["state"], string> = { ok: "ok", limited: "limited", missing: "missing" };
const COLOUR = { ok: "green", limited: "yellow", missing: "red" } as const;

/** `fluxion doctor`: what this machine offers, how fast it is, and what would give what is missing. */
export const doctorCommand: CommandDefinition = defineCommand<Options>({
  name: "doctor",
  summary: "what this machine offers, how fast it is, what is missing",
  details: "Nothing that is missing stops the other commands: they fall back and say so.",
  options: [
    {
      flags: "--threads <number>",
      help: "threads of wasm and native",
      read: wholeNumber("--threads", 1),
      fallback: availableParallelism(),
      fallbackText: "all cores",
    },
    { flags: "--no-measure", help: "leave out the five seconds of measurement" },
  ],
  examples: ["fluxion doctor", "fluxion doctor --no-measure --json"],
  async run({ io, progress, paint }, { threads, measure }) {
    const findings = await examineMachine(io.env);
    const task = measure ? progress.start("measuring the backends", undefined, "") : undefined;
    const speeds = measure ? await measureBackends(threads, io.now) : [];
    task?.end();
    return {
      json: { findings, ...(measure ? { measured: { ...MEASURED, threads }, speeds } : {}) },
      text: findingsText(findings, paint) + speedsText(speeds),
    };
  },
});

function findingsText(findings: readonly Finding[], paint: Paint): string {
  const rows = findings.map(({ name, state, found, remedy }) => [
    paint(COLOUR[state], MARK[state]),
    name,
    found,
    remedy === undefined ? "" : `→ ${remedy}`,
  ]);
  return table(rows, ["l", "l", "l", "l"]);
}

function speedsText(speeds: readonly Speed[]): string {
  if (speeds.length === 0) return "";
  const { B, N, D } = MEASURED;
  const title = `\n  The posterior mean of ${B} points over ${format.number(N)} data points in ${D} dimensions:\n`;
  const rows = speeds.map(({ name, backend, milliseconds, gigaflops }) =>
    milliseconds === undefined || gigaflops === undefined
      ? [name, "not to be had here", ""]
      : [backend ?? name, `${format.number(milliseconds, 3)} ms`, `${format.number(gigaflops, 3)} GFLOP/s`],
  );
  return title + table(rows, ["l", "r", "r"]);
}
