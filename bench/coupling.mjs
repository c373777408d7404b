// Exact minibatch optimal transport beside POT's `emd`, one thread each, in interleaved rounds.
//
//   node bench/coupling.mjs --python peers-env/bin/python [--rounds 7] [--out bench/results/coupling.json]
//
// Both get the same float32 rows and solve in float64. `solver` is the time from cost matrix to plan, `processor` the time that it
// kept a core busy, which other work on the machine stretches less, `whole` adds the cost matrix. The ratio is POT's time over
// ours in the same round.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { assignment, eightGaussians, fork, normal, points, rngOf, squaredDistances } from "@fluxion/core";
import { lineProcess } from "./lib/line-process.mjs";
import { load, machine } from "./lib/machine.mjs";
import { interleave, ratioOf, summaryOf } from "./lib/rounds.mjs";
import { readFloats, temporaryFolder, writeArrays } from "./lib/write-problem.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "7" },
    out: { type: "string", default: join(here, "results", "coupling.json") },
    engine: { type: "boolean", default: false },
  },
});

/** @typedef {{ name: string, n: number, D: number, make: (rng: import("@fluxion/core").Rng, n: number, D: number) => [Float64Array, Float64Array] }} Workload */

/** Noise against the same noise moved by one in every coordinate. @type {Workload["make"]} */
const shifted = (rng, n, D) => [
  normal(fork(rng, "x"), new Float64Array(n * D)),
  normal(fork(rng, "y"), new Float64Array(n * D)).map((v) => v + 1),
];
/** Noise against the ring of eight Gaussians. @type {Workload["make"]} */
const ring = (rng, n) => [normal(fork(rng, "x"), new Float64Array(2 * n)), eightGaussians(fork(rng, "y"), n).data];

/** @type {Workload[]} */
const workloads = [
  { name: "n = 1,024, D = 2, noise to moved noise", n: 1024, D: 2, make: shifted },
  { name: "n = 1,024, D = 2, noise to eight Gaussians", n: 1024, D: 2, make: ring },
  { name: "n = 1,024, D = 784, noise to moved noise", n: 1024, D: 784, make: shifted },
  { name: "n = 4,096, D = 2, noise to eight Gaussians", n: 4096, D: 2, make: ring },
];

/** Answers as bench/peers/coupling.py does. */
async function engine() {
  let [x, y] = [points(new Float64Array(0), 1), points(new Float64Array(0), 1)];
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    /** @type {Record<string, unknown>} */
    let answer = {};
    if (command.cmd === "about") answer = { node: process.versions.node };
    if (command.cmd === "prepare") {
      [x, y] = ["x.f32", "y.f32"].map((file) => points(Float64Array.from(readFloats(join(command.dir, file))), command.D));
    }
    if (command.cmd === "run") {
      const start = performance.now();
      const cost = squaredDistances(x, y);
      const made = performance.now();
      const busy = process.cpuUsage();
      const result = assignment(cost, x.size);
      const { user, system } = process.cpuUsage(busy);
      answer = {
        ms: performance.now() - made,
        cpuMs: (user + system) / 1000,
        costMs: made - start,
        cost: result.cost / x.size,
      };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

async function main() {
  const engines = {
    fluxion: lineProcess("fluxion", process.execPath, [fileURLToPath(import.meta.url), "--engine"]),
    pot: lineProcess("pot", values.python, [join(here, "peers", "coupling.py")], {
      OMP_NUM_THREADS: "1",
      OPENBLAS_NUM_THREADS: "1",
    }),
  };
  const about = { fluxion: await engines.fluxion.ask({ cmd: "about" }), pot: await engines.pot.ask({ cmd: "about" }) };
  const dir = temporaryFolder();
  const results = [];
  for (const { name, n, D, make } of workloads) {
    const [x, y] = make(fork(rngOf(5), n, D), n, D);
    writeArrays(dir, { x: Float32Array.from(x), y: Float32Array.from(y) });
    for (const each of Object.values(engines)) await each.ask({ cmd: "prepare", dir, n, D });
    /** @type {Record<string, number[]>} */
    const whole = { fluxion: [], pot: [] };
    /** @type {Record<string, number[]>} */
    const processor = { fluxion: [], pot: [] };
    /** @type {Record<string, number>} */
    const costs = {};
    const before = load();
    const times = await interleave(/** @type {const} */ (["fluxion", "pot"]), Number(values.rounds), async (which) => {
      const { ms, cpuMs, costMs, cost } = await engines[which].ask({ cmd: "run" });
      whole[which].push(ms + costMs);
      processor[which].push(cpuMs);
      costs[which] = cost;
      return ms;
    });
    const solver = { fluxion: summaryOf(times.fluxion), pot: summaryOf(times.pot), ratio: ratioOf(times.pot, times.fluxion) };
    const kept = [whole.fluxion, whole.pot, processor.fluxion, processor.pot].map((list) => list.slice(1)); // the first warms up
    const [ours, theirs, oursBusy, theirsBusy] = kept;
    const busy = { fluxion: summaryOf(oursBusy), pot: summaryOf(theirsBusy), ratio: ratioOf(theirsBusy, oursBusy) };
    results.push({
      name,
      n,
      D,
      load: before,
      solver,
      processor: busy,
      whole: { fluxion: summaryOf(ours), pot: summaryOf(theirs), ratio: ratioOf(theirs, ours) },
      costs,
    });
    const text = (/** @type {typeof solver} */ { fluxion, pot, ratio }) =>
      `${fluxion.median.toFixed(0)} ms, POT ${pot.median.toFixed(0)} ms, ${ratio.median.toFixed(2)}× [${ratio.least.toFixed(2)}, ${ratio.largest.toFixed(2)}]`;
    const all = ratioOf(theirs, ours).median.toFixed(2);
    console.log(`${name}: solver ${text(solver)}; its processor ${text(busy)}; with costs ${all}×`);
  }
  for (const each of Object.values(engines)) each.stop();
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify({ machine: machine(), about, results }, null, 2)}\n`);
}

if (values.engine) await engine();
else await main();
