// node bench/protocols/run.mjs [--only floor,moons,8gaussians,targets] [--rows fm,ot] [--seeds 3 | 4-9] [--jobs 2] [--steps 5000] [--out bench/results/protocols.json]
// Published protocols, whole: trains with the library and evaluates with its metrics. A seed that the results already hold is
// not run again, so that a run that was stopped goes on, and more seeds can be added later.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine } from "../lib/machine.mjs";
import { say } from "../lib/progress.mjs";
import { writeResult } from "../lib/results.mjs";
import { samplingFloors, summary } from "./summary.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "floor,moons,8gaussians,targets" },
    rows: { type: "string", default: "w2,fm,ot,cfm-exact" },
    seeds: { type: "string", default: "3" },
    steps: { type: "string" },
    jobs: { type: "string", default: "1" },
    out: { type: "string", default: join(here, "..", "results", "protocols.json") },
  },
});
/** @type {Record<string, readonly string[]>} */
const ROWS = { floor: ["w2"], moons: ["fm", "ot"], "8gaussians": ["fm", "ot"], targets: ["cfm-exact"] };
const [first, last] = options.seeds.includes("-") ? options.seeds.split("-").map(Number) : [0, Number(options.seeds) - 1];

/** @typedef {{ part: string, row: string, seed: number }} Job */
/** @type {{ runs: (Job & Record<string, any>)[] }} */
const kept = existsSync(options.out) ? JSON.parse(readFileSync(options.out, "utf8")) : { runs: [] };
/** Where jobs leave what they found until it is collected. */
const folder = `${options.out}.jobs`;
const same = (/** @type {Job} */ a, /** @type {Job} */ b) => a.part === b.part && a.row === b.row && a.seed === b.seed;

/** @type {Job[]} */
const jobs = [];
for (let seed = first; seed <= last; seed++) {
  for (const part of options.only.split(",")) {
    for (const row of ROWS[part].filter((name) => options.rows.split(",").includes(name))) jobs.push({ part, row, seed });
  }
}

/** Runs one job in a process of its own and keeps what it found. @param {Job} job */
async function runJob(job) {
  const { part, row, seed } = job;
  const file = join(folder, `${part}-${row}-${seed}.json`);
  const args = [part, row, String(seed), file, ...(options.steps === undefined ? [] : [options.steps])];
  const child = spawn(process.execPath, [join(here, "job.mjs"), ...args], { stdio: "inherit" });
  const code = await new Promise((resolve) => child.on("exit", resolve));
  if (code !== 0) {
    process.exitCode = 1;
    return say(`failed: ${part} ${row}, seed ${seed}`);
  }
  collect();
}

/** Moves the results of finished jobs, those of a run that was stopped as well, into the file of all. */
function collect() {
  const read = [];
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name.endsWith(".tmp")) continue;
    const run = JSON.parse(readFileSync(join(folder, name), "utf8"));
    kept.runs = [...kept.runs.filter((other) => !same(other, run)), run];
    read.push(join(folder, name));
  }
  kept.runs.sort((a, b) => a.part.localeCompare(b.part) || a.row.localeCompare(b.row) || a.seed - b.seed);
  writeResult(options.out, { machine: machine(), samplingFloors, summary: summary(kept.runs), runs: kept.runs });
  for (const file of read) rmSync(file);
}

async function worker() {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const wanted = job;
    if (!kept.runs.some((run) => same(run, wanted))) await runJob(wanted);
  }
}
collect();
await Promise.all(Array.from({ length: Number(options.jobs) }, worker));
rmSync(folder, { recursive: true, force: true });
