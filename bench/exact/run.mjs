// node bench/exact/run.mjs [--only name,…] [--rounds 5] [--threads 2] [--sums mean|all] [--python path] [--out bench/results/exact.json]
// Every engine is a process of its own; in every round each runs once. Peers that are not installed are left out, loudly.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { lineProcess } from "../lib/line-process.mjs";
import { load, machine } from "../lib/machine.mjs";
import { plot } from "../lib/plot.mjs";
import { interleave, ratioOf, summaryOf } from "../lib/rounds.mjs";
import { readFloats, temporaryFolder, writeArrays } from "../lib/write-problem.mjs";
import { comparisons, sweeps } from "./workloads.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: "2" },
    python: { type: "string", default: "python3" },
    epsilon: { type: "string", default: "0.02" },
    sums: { type: "string", default: "mean" },
    engines: { type: "string", default: "torch,torch-denormals,torch-fused,numpy,native,wasm,reference" },
    out: { type: "string", default: join(here, "..", "results", "exact.json") },
  },
});
const rounds = Number(options.rounds);
const OURS = ["native", "wasm", "reference"];

/** @typedef {import("../lib/line-process.mjs").LineProcess} LineProcess */
/** @typedef {import("./workloads.mjs").FieldWorkload} FieldWorkload */

/**
 * What an engine did with a workload.
 * @typedef {{ median: number, least: number, largest: number, variant: string, error: number, speedOfTorch?: Ratio, speedOfFused?: Ratio }} EngineResult
 * @typedef {{ median: number, least: number, largest: number }} Ratio
 * @typedef {{ name: string, title: string, B: number, N: number, D: number, t: number, load: number, engines: Record<string, EngineResult> }} Measured
 * @typedef {Measured & { axis: import("./workloads.mjs").Axis, value: number }} Swept
 */

/** @param {string} name @returns {LineProcess} */
function start(name) {
  if (OURS.includes(name)) return lineProcess(name, process.execPath, [join(here, "engine.mjs"), name, options.threads]);
  const env = { OMP_NUM_THREADS: options.threads, OPENBLAS_NUM_THREADS: options.threads };
  return lineProcess(name, options.python, [join(here, "..", "peers", "engine.py"), name, options.threads], env);
}

/** The engines that start, and what they say of themselves. @param {readonly string[]} names */
async function startAll(names) {
  /** @type {Record<string, LineProcess>} */
  const engines = {};
  /** @type {Record<string, unknown>} */
  const about = {};
  for (const name of names) {
    const engine = start(name);
    try {
      about[name] = await engine.ask({ cmd: "about" });
      engines[name] = engine;
    } catch (error) {
      console.log(`left out: ${error instanceof Error ? error.message.split("\n").slice(-1)[0] : error}`);
    }
  }
  return { engines, about };
}

/**
 * Largest distance of the means from those of the float64 reference (on the first queries), relative to their norm.
 * @param {Float32Array} mean
 * @param {Float32Array} exact
 * @param {number} D
 */
function errorOf(mean, exact, D) {
  let [worst, norm] = [0, 0];
  for (let b = 0; b < exact.length / D; b++) {
    let [off, size] = [0, 0];
    for (let d = b * D; d < (b + 1) * D; d++) {
      off += (mean[d] - exact[d]) ** 2;
      size += exact[d] ** 2;
    }
    [worst, norm] = [Math.max(worst, off), Math.max(norm, size)];
  }
  return Math.sqrt(worst / norm);
}

/** How many queries the float64 reference answers to measure errors against. */
const CHECKED = 8;

/** @param {FieldWorkload} w @param {Record<string, LineProcess>} engines @param {LineProcess} reference @param {string} folder */
async function measure(w, engines, reference, folder) {
  const dir = join(folder, w.name);
  writeArrays(dir, { z: w.z, x: w.x });
  const about = { B: w.B, N: w.N, D: w.D, alpha: w.t, beta: 1 - w.t, sums: options.sums, dir };
  const demand = { kind: "certified", epsilon: Number(options.epsilon) };
  const names = Object.keys(engines).filter((name) => name !== "reference" || w.B * w.N * w.D < 2e9);
  /** @type {Record<string, string>} */
  const variants = {};
  for (const name of names) {
    const prepared = await engines[name].ask({
      cmd: "prepare",
      workload: { ...about, demand: name === "reference" ? { kind: "exact" } : demand },
    });
    variants[name] = prepared.variant;
  }
  const times = await interleave(names, rounds, async (name) => (await engines[name].ask({ cmd: "run" })).ms);
  const few = join(dir, "few");
  writeArrays(few, { z: w.z, x: w.x.subarray(0, CHECKED * w.D) });
  const B = Math.min(CHECKED, w.B);
  await reference.ask({ cmd: "prepare", workload: { ...about, dir: few, B, demand: { kind: "exact" } } });
  await reference.ask({ cmd: "run" });
  const exact = await outputOf(reference, join(dir, "exact.f32"));
  /** @type {Record<string, EngineResult>} */
  const found = {};
  for (const name of names) {
    const mean = await outputOf(engines[name], join(dir, `${name}.f32`));
    found[name] = {
      ...summaryOf(times[name]),
      variant: variants[name],
      error: errorOf(mean, exact, w.D),
      ...(times.torch ? { speedOfTorch: ratioOf(times.torch, times[name]) } : {}),
      ...(times["torch-fused"] ? { speedOfFused: ratioOf(times["torch-fused"], times[name]) } : {}),
    };
  }
  return { name: w.name, title: w.title, B: w.B, N: w.N, D: w.D, t: w.t, load: load(), engines: found };
}

/** @param {LineProcess} engine @param {string} file */
async function outputOf(engine, file) {
  await engine.ask({ cmd: "output", file });
  return readFloats(file);
}

/** @param {Measured} result */
function show({ title, engines, load: busy }) {
  console.log(`\n${title}   (load ${busy})`);
  for (const [name, e] of Object.entries(engines)) {
    const ratio = (/** @type {Ratio | undefined} */ r) =>
      r === undefined ? "" : `${r.median.toFixed(2)}× [${r.least.toFixed(2)}, ${r.largest.toFixed(2)}]`;
    const line = [
      name.padEnd(16),
      `${e.median.toFixed(1)} ms`.padStart(11),
      ratio(e.speedOfTorch).padEnd(24),
      ratio(e.speedOfFused).padEnd(24),
    ];
    console.log(`  ${line.join("  ")}  error ${e.error.toExponential(1)}  ${e.variant}`);
  }
}

/** One plot a swept variable: milliseconds of every engine. @param {readonly Swept[]} results */
function plotsOf(results) {
  return [...new Set(results.map((r) => r.axis))].map((axis) => {
    const rows = results.filter((r) => r.axis === axis);
    const names = Object.keys(rows[0].engines);
    const lines = names.map((name) => ({
      name,
      points: rows.filter((r) => r.engines[name]).map((r) => /** @type {const} */ ([r.value, r.engines[name].median])),
    }));
    const { N, D, B, t } = rows[0];
    const fixed = Object.entries({ N, D, B, t }).flatMap(([other, value]) => (other === axis ? [] : [`${other} = ${value}`]));
    return {
      name: `time-${axis}`,
      svg: plot({ title: `One evaluation, ${fixed.join(", ")}`, x: axis, y: "milliseconds", lines, linearX: axis === "t" }),
    };
  });
}

const folder = temporaryFolder();
const wanted = options.only?.split(",");
const { engines, about } = await startAll(options.engines.split(","));
const reference = start("reference");
console.log(
  "ratios: how many times as fast as PyTorch softmax(QKᵀ)V, and as PyTorch's fused attention; medians of rounds, [least, largest]",
);
/** @type {{ comparisons: Measured[], sweeps: Swept[] }} */
const results = { comparisons: [], sweeps: [] };
for (const w of comparisons().filter(({ name }) => wanted === undefined || wanted.some((part) => name.startsWith(part)))) {
  const result = await measure(w, engines, reference, folder);
  show(result);
  results.comparisons.push(result);
}
if (wanted === undefined || wanted.includes("sweeps")) {
  for (const w of sweeps()) {
    const result = { axis: w.axis, value: w.value, ...(await measure(w, engines, reference, folder)) };
    show(result);
    results.sweeps.push(result);
  }
}
for (const engine of [...Object.values(engines), reference]) engine.stop();
mkdirSync(dirname(options.out), { recursive: true });
writeFileSync(
  options.out,
  `${JSON.stringify({ machine: machine(), about, rounds, epsilon: Number(options.epsilon), sums: options.sums, ...results }, null, 1)}\n`,
);
for (const { name, svg } of plotsOf(results.sweeps)) writeFileSync(join(dirname(options.out), `${name}.svg`), svg);
console.log(`\nwrote ${options.out}`);
