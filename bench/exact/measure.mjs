import { existsSync, linkSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { load } from "../lib/machine.mjs";
import { interleave, ratioOf, summaryOf } from "../lib/rounds.mjs";
import { readDoubles, writeArrays } from "../lib/write-problem.mjs";

/** @typedef {import("../lib/line-process.mjs").LineProcess} LineProcess */
/** @typedef {import("./workloads.mjs").FieldWorkload} FieldWorkload */

/**
 * What an engine did with a workload: milliseconds, and the largest distance from the float64 reference over some queries, relative
 * to the norm of the mean and in radii of the data; `bound` is what it proved, in radii.
 * @typedef {{ median: number, least: number, largest: number }} Ratio
 * @typedef {import("../lib/rounds.mjs").Summary & { variant: string, error: number, errorInRadii: number, bound?: number, speedOfTorch?: Ratio, speedOfFused?: Ratio }} EngineResult
 * @typedef {{ name: string, title: string, B: number, N: number, D: number, t: number, load: number, engines: Record<string, EngineResult> }} Measured
 */

/** How many queries the float64 reference answers to measure errors against. */
const CHECKED = 8;

/** The exact means of the first queries of a workload, and the radius of its data. @param {FieldWorkload} w @param {LineProcess} reference @param {string} dir */
async function exactMeans(w, reference, dir) {
  const B = Math.min(CHECKED, w.B);
  const few = join(dir, "few");
  mkdirSync(few, { recursive: true });
  writeArrays(few, { x: w.x.subarray(0, B * w.D) });
  if (!existsSync(join(few, "z.f32"))) linkSync(join(dir, "z.f32"), join(few, "z.f32"));
  const asked = { ...pathOf(w), data: w.data, dir: few, B, sums: "all", demand: { kind: "exact" } };
  const { radius } = await reference.ask({ cmd: "prepare", workload: asked });
  await reference.ask({ cmd: "run" });
  const { mean } = await outputOf(reference, join(dir, "exact.f64"));
  return { exact: mean, radius };
}

/** The sums that ours are asked for: the mean, as the peers give, or all. @typedef {"mean" | "all"} Sums */

/** @param {FieldWorkload} w */
const pathOf = ({ B, N, D, t }) => ({ B, N, D, alpha: t, beta: 1 - t });

/** @param {LineProcess} engine @param {string} file */
async function outputOf(engine, file) {
  const { bound } = await engine.ask({ cmd: "output", file });
  return { mean: readDoubles(file), bound };
}

/**
 * Largest distance of the means from the exact ones, and the largest norm of those.
 * @param {Float32Array | Float64Array} mean
 * @param {Float32Array | Float64Array} exact
 * @param {number} D
 */
function distanceOf(mean, exact, D) {
  let [worst, norm] = [0, 0];
  for (let b = 0; b < exact.length / D; b++) {
    let [off, size] = [0, 0];
    for (let d = b * D; d < (b + 1) * D; d++) {
      off += (mean[d] - exact[d]) ** 2;
      size += exact[d] ** 2;
    }
    [worst, norm] = [Math.max(worst, off), Math.max(norm, size)];
  }
  return { worst: Math.sqrt(worst), norm: Math.sqrt(norm) };
}

/**
 * Engines on one workload, in interleaved rounds; each is asked for the demand of its name, or for what it always does.
 * @param {FieldWorkload} w
 * @param {Record<string, LineProcess>} engines
 * @param {{ reference: LineProcess, folder: string, rounds: number, sums: Sums, demands: Record<string, import("@fluxion/core").Demand> }} how
 * @returns {Promise<Measured>}
 */
export async function measure(w, engines, { reference, folder, rounds, sums, demands }) {
  const dir = join(folder, w.name);
  const shared = join(folder, w.data);
  if (!existsSync(join(shared, "z.f32"))) writeArrays(shared, { z: w.z });
  writeArrays(dir, { x: w.x });
  if (!existsSync(join(dir, "z.f32"))) linkSync(join(shared, "z.f32"), join(dir, "z.f32"));
  const names = Object.keys(engines).filter((name) => name !== "reference" || w.B * w.N * w.D < 2e9);
  /** @type {Record<string, string>} */
  const variants = {};
  for (const name of names) {
    const workload = { ...pathOf(w), data: w.data, dir, sums, demand: demands[name] };
    variants[name] = (await engines[name].ask({ cmd: "prepare", workload })).variant;
  }
  const times = await interleave(names, rounds, async (name) => (await engines[name].ask({ cmd: "run" })).ms);
  const { exact, radius } = await exactMeans(w, reference, dir);
  /** @type {Record<string, EngineResult>} */
  const found = {};
  for (const name of names) {
    const { mean, bound } = await outputOf(engines[name], join(dir, `${name}.f64`));
    const { worst, norm } = distanceOf(mean, exact, w.D);
    found[name] = {
      ...summaryOf(times[name]),
      variant: variants[name],
      error: worst / norm,
      errorInRadii: worst / radius,
      ...(bound === undefined ? {} : { bound: bound / radius }),
      ...(times.torch ? { speedOfTorch: ratioOf(times.torch, times[name]) } : {}),
      ...(times["torch-fused"] ? { speedOfFused: ratioOf(times["torch-fused"], times[name]) } : {}),
    };
  }
  rmSync(dir, { recursive: true });
  return { name: w.name, title: w.title, B: w.B, N: w.N, D: w.D, t: w.t, load: load(), engines: found };
}

/** Says what was measured. @param {Measured} result */
export function show({ title, engines, load: busy }) {
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
