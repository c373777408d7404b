// node bench/train/run.mjs [--only plane,…] [--rounds 5] [--threads 2] [--python path] [--out bench/results/train.json]
// Whole training steps. Every engine is a process of its own; in every round each runs once. Peers that are missing are left out.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { lineProcess } from "../lib/line-process.mjs";
import { load, machine } from "../lib/machine.mjs";
import { interleave, ratioOf, summaryOf } from "../lib/rounds.mjs";
import { workloads } from "./workloads.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: "1,2" },
    python: { type: "string", default: "python3" },
    engines: { type: "string", default: "torch,torch-compile,onnx,jax" },
    out: { type: "string", default: join(here, "..", "results", "train.json") },
  },
});
const rounds = Number(options.rounds);

/** @typedef {import("../lib/line-process.mjs").LineProcess} LineProcess */

/** @param {string} name @param {string} threads @returns {LineProcess} */
function start(name, threads) {
  const label = `${name}-${threads}`;
  if (!name.startsWith("torch")) return lineProcess(label, process.execPath, [join(here, "engine.mjs"), name, threads]);
  const env = { OMP_NUM_THREADS: threads, MKL_NUM_THREADS: threads };
  return lineProcess(label, options.python, [join(here, "..", "peers", "train.py"), name, threads], env);
}

/** The engines that start, and what they say of themselves. */
async function startAll() {
  const threads = options.threads.split(",");
  const wanted = options.engines
    .split(",")
    .flatMap((name) => (name === "jax" ? [start(name, "1")] : threads.map((n) => start(name, n))));
  /** @type {Record<string, LineProcess>} */
  const engines = {};
  /** @type {Record<string, unknown>} */
  const about = {};
  for (const engine of wanted) {
    try {
      about[engine.name] = await engine.ask({ cmd: "about" });
      engines[engine.name] = engine;
    } catch (error) {
      console.log(`left out: ${engine.name}: ${error instanceof Error ? error.message.split("\n").slice(-1)[0] : error}`);
    }
  }
  return { engines, about };
}

/** @param {import("./workloads.mjs").TrainWorkload} workload @param {Record<string, LineProcess>} engines */
async function measure(workload, engines) {
  const names = Object.keys(engines).filter((name) => name !== "jax-1" || workload.name === "plane" || rounds <= 5);
  /** @type {Record<string, string>} */
  const variants = {};
  for (const name of names) variants[name] = (await engines[name].ask({ cmd: "prepare", workload })).variant;
  /** @type {Record<string, number[]>} Processor time of all threads; other work on the machine does not count in it. */
  const cpu = Object.fromEntries(names.map((name) => [name, []]));
  const times = await interleave(names, rounds, async (name) => {
    const steps = name === "jax-1" ? Math.ceil(workload.steps / 8) : workload.steps;
    const spent = await engines[name].ask({ cmd: "run", steps });
    cpu[name].push(spent.cpu);
    return spent.ms;
  });
  const found = Object.fromEntries(
    names.map((name) => {
      const threads = name.split("-").at(-1);
      const peer = `torch-${threads}`;
      const spent = cpu[name].slice(1); // the first round warms up
      const ratios = times[peer] && {
        speedOfTorch: ratioOf(times[peer], times[name]),
        cpuOfTorch: ratioOf(cpu[peer].slice(1), spent),
      };
      return [name, { ...summaryOf(times[name]), cpu: summaryOf(spent), variant: variants[name], ...ratios }];
    }),
  );
  return { ...workload, load: load(), engines: found };
}

const { engines, about } = await startAll();
console.log(
  "milliseconds a step; how many times as fast as PyTorch eager with as many threads: median of rounds [least, largest]",
);
const results = [];
for (const workload of workloads.filter(({ name }) => options.only === undefined || options.only.split(",").includes(name))) {
  const result = await measure(workload, engines);
  results.push(result);
  console.log(`\n${result.title}   (load ${result.load}; asked for: ${result.bar}×)`);
  for (const [name, { median, cpu, speedOfTorch, cpuOfTorch, variant }] of Object.entries(result.engines)) {
    const ratio = (/** @type {{ median: number, least: number, largest: number } | undefined} */ r) =>
      (r ? `${r.median.toFixed(2)}× [${r.least.toFixed(2)}, ${r.largest.toFixed(2)}]` : "").padEnd(22);
    const ms = (/** @type {number} */ value) => `${value.toFixed(3)} ms`.padStart(13);
    console.log(
      `  ${name.padEnd(16)} ${ms(median)}  ${ratio(speedOfTorch)} cpu ${ms(cpu.median)}  ${ratio(cpuOfTorch)} ${variant}`,
    );
  }
}
for (const engine of Object.values(engines)) engine.stop();
mkdirSync(dirname(options.out), { recursive: true });
writeFileSync(options.out, `${JSON.stringify({ machine: machine(), about, rounds, workloads: results }, null, 1)}\n`);
console.log(`\nwrote ${options.out}`);
