// node bench/exact/scale.mjs [--sizes 1e5,1e6,1e7] [--rounds 3] [--threads 2] [--dim 64] [--points 4] [--out bench/results/scale.json]
// Rows in memory, more and more of them by the same law: wall and processor time and peak memory of one scan, before the
// posterior concentrates (t = 0.05) and after (t = 0.9). Every size and engine is a process of its own; sizes take turns.
// Ten million rows take 6 GB at the peak.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { lineProcess } from "../lib/line-process.mjs";
import { load, machine } from "../lib/machine.mjs";
import { plot } from "../lib/plot.mjs";
import { say } from "../lib/progress.mjs";
import { writeResult } from "../lib/results.mjs";
import { interleave, ratioOf, summaryOf } from "../lib/rounds.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "1e5,1e6,1e7" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    dim: { type: "string", default: "64" },
    points: { type: "string", default: "4" },
    out: { type: "string", default: join(here, "..", "results", "scale.json") },
  },
});
const sizes = options.sizes.split(",").map(Number);
const [rounds, dim, B] = [options.rounds, options.dim, options.points].map(Number);
/** Rows of a cluster: 8 blocks. What matters after concentration is of this size, whatever N. */
const EACH = 32_768;
const EPSILON = 1e-3;
/** @type {readonly { promise: string, demand: import("@fluxion/core").Demand }[]} */
const PROMISES = [
  { promise: "exact", demand: { kind: "exact" } },
  { promise: `certified(${EPSILON})`, demand: { kind: "certified", epsilon: EPSILON } },
];

/**
 * One scan of B points by one engine at one size.
 * @typedef {import("../lib/rounds.mjs").Summary} Summary
 * @typedef {{ engine: string, promise: string, t: number, rows: number, wall: Summary, cpu: Summary, evaluations: number, skipped: number, bound: number, peakResident: number, load: number }} Scanned
 * @typedef {{ engine: string, rows: number, backend: string, makeMs: number, peakResident: number }} Made
 */

/** @type {Made[]} */
const made = [];
/** @type {Scanned[]} */
const scanned = [];
/** Means of every point and how far they may be off, by size and time. @type {Map<string, { mean: number[], off: number, who: string }[]>} */
const answers = new Map();

/** @param {number} bytes */
const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(2)} GB`;

/** All sizes on one engine. @param {string} engine */
async function measureEngine(engine) {
  /** @type {Record<string, import("../lib/line-process.mjs").LineProcess>} */
  const processes = {};
  /** @type {string[]} */
  let meets = [];
  try {
    for (const rows of sizes) {
      const one = lineProcess(`${engine} ${rows}`, process.execPath, [join(here, "scale-engine.mjs"), engine, options.threads]);
      processes[rows] = one;
      const { backend, makeMs, peakResident, ...rest } = await one.ask({ cmd: "prepare", law: { rows, dim, each: EACH } });
      meets = rest.meets;
      made.push({ engine, rows, backend, makeMs, peakResident });
      say(`${backend}: ${rows} × ${dim} made in ${(makeMs / 1e3).toFixed(1)} s, peak ${gigabytes(peakResident)}`);
    }
    for (const { promise, demand } of PROMISES.filter((p) => meets.includes(p.demand.kind))) {
      for (const t of [0.05, 0.9]) await measureScan(engine, processes, { promise, demand, t });
    }
  } finally {
    for (const one of Object.values(processes)) one.stop();
  }
}

/**
 * @param {string} engine
 * @param {Record<string, import("../lib/line-process.mjs").LineProcess>} processes
 * @param {{ promise: string, demand: import("@fluxion/core").Demand, t: number }} question
 */
async function measureScan(engine, processes, { promise, demand, t }) {
  /** @type {Record<string, number[]>} */
  const cpu = {};
  /** @type {Record<string, Record<string, any>>} */
  const last = {};
  const names = sizes.map(String);
  const times = await interleave(names, rounds, async (name) => {
    const run = await processes[name].ask({ cmd: "run", t, demand, B });
    if (last[name] === undefined)
      cpu[name] = []; // the round that warms up is not kept
    else cpu[name].push(run.cpuMs);
    last[name] = run;
    return run.ms;
  });
  for (const name of names) {
    const { evaluations, skipped, bound, radius, peakResident, mean } = last[name];
    const rows = Number(name);
    const key = `${rows} rows at t = ${t}`;
    answers.set(key, [...(answers.get(key) ?? []), { mean, off: bound * radius, who: `${engine} ${promise}` }]);
    const result = { engine, promise, t, rows, wall: summaryOf(times[name]), cpu: summaryOf(cpu[name]) };
    scanned.push({ ...result, evaluations, skipped, bound, peakResident, load: load() });
    say(
      `${engine} ${promise} t = ${t} N = ${rows}: ${result.wall.median.toFixed(0)} ms, processor ${result.cpu.median.toFixed(0)} ms, ${((100 * evaluations) / (B * rows)).toFixed(2)} % of the pairs, peak ${gigabytes(peakResident)}`,
    );
  }
}

/** Throws where two answers to the same question differ by more than their bounds together. */
function requireAgreement() {
  for (const [question, [first, ...others]] of answers) {
    for (const other of others) {
      for (let b = 0; b < B; b++) {
        const apart = Math.hypot(...first.mean.slice(b * dim, (b + 1) * dim).map((m, d) => m - other.mean[b * dim + d]));
        if (apart <= first.off + other.off) continue;
        throw new Error(
          `${first.who} and ${other.who} differ by ${apart} at point ${b} of ${question}; bounds ${first.off}, ${other.off}`,
        );
      }
    }
  }
}

for (const engine of ["blocks", "wasm"]) await measureEngine(engine);
requireAgreement();
const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
const growth = scanned
  .filter(({ rows }) => rows === most)
  .map((large) => {
    const small = scanned.find(
      (s) => s.rows === least && s.engine === large.engine && s.promise === large.promise && s.t === large.t,
    );
    const { engine, promise, t } = large;
    const ratio = (/** @type {"wall" | "cpu"} */ clock) => ratioOf(large[clock].times, small?.[clock].times ?? []);
    return { engine, promise, t, wall: ratio("wall"), cpu: ratio("cpu") };
  });
console.log(`\ncost of ${most} rows over that of ${least}: wall, processor (medians of ratios in a round)`);
for (const { engine, promise, t, wall, cpu } of growth) {
  console.log(`  ${engine.padEnd(8)} ${promise.padEnd(18)} t = ${t}  ${wall.median.toFixed(2)}×  ${cpu.median.toFixed(2)}×`);
}
const law = "centres from N(0, I), around each 32,768 rows with noise 0.1 N(0, I): more rows are more clusters";
writeResult(options.out, {
  machine: machine(),
  law,
  dim,
  points: B,
  rounds,
  threads: Number(options.threads),
  made,
  scanned,
  growth,
});
const lines = [...new Map(scanned.map((s) => [`${s.engine} ${s.promise} t=${s.t}`, s])).entries()].map(([name, one]) => ({
  name,
  points: scanned
    .filter((s) => s.engine === one.engine && s.promise === one.promise && s.t === one.t)
    .map((s) => /** @type {const} */ ([s.rows, s.wall.median])),
}));
const title = `One scan of ${B} points over N rows in memory, D = ${dim}`;
writeResult(options.out.replace(/\.json$/, ".svg"), plot({ title, x: "N", y: "milliseconds", lines }));
