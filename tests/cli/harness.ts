import { cpSync, mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type CliOptions, runCli } from "@fluxion/cli";

/** What one command line did. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process and keeps what it writes. */
export async function fluxion(cwd: string, args: readonly string[], options: Partial<CliOptions> = {}): Promise<Ran> {
  let [stdout, stderr] = ["", ""];
  const code = await runCli(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: {},
    cwd,
    ...options,
  });
  return { code, stdout, stderr };
}

/** The one object that `--json` printed. */
export function jsonOf({ stdout }: Pick<Ran, "stdout">): Record<string, unknown> {
  const lines = stdout.trimEnd().split("\n");
  if (lines.length !== 1) throw new Error(`expected one line of JSON, found ${lines.length}: ${stdout.slice(0, 200)}`);
  return JSON.parse(lines[0] ?? "") as Record<string, unknown>;
}

/** An empty folder. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), "fluxion-cli-"));
}

/** A folder with the examples of the repository in it. */
export function folderWithExamples(): string {
  const folder = emptyFolder();
  cpSync(fileURLToPath(new URL("../../examples", import.meta.url)), join(folder, "examples"), { recursive: true });
  return folder;
}

/** Every file below a folder with its bytes. */
export function contentsOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
  return Object.fromEntries(files.sort().map((path) => [relative(folder, path), readFileSync(path).toString("base64")]));
}

/** A spec that trains in a moment. */
export const TINY = `name: tiny
data: moons:40
floor: { samples: 8 }
verify: { probes: 1, trajectories: 8, floorDraws: 200 }
network: { width: 8, depth: 1 }
train: { steps: 12, batch: 16, evaluateEvery: 4, checkpointEvery: 5, evaluationBatch: 32 }
sample: { count: 8, solver: rk4, steps: 6 }
`;
