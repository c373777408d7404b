// node bench/exact/trajectories.mjs [--rounds 3] [--threads 2] [--python path] [--tol 1e-3] [--count 64]
// Whole exact trajectories over Fashion-MNIST: to certified capture by Fluxion, by brute force in PyTorch until every
// posterior is one point. The peer's solver is the fastest of those that end every trajectory where a fine reference does.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { normal, rngOf } from "@fluxion/core";
import { FASHION_MNIST, fashionMnist } from "../lib/fashion-mnist.mjs";
import { lineProcess } from "../lib/line-process.mjs";
import { load, machine } from "../lib/machine.mjs";
import { plot } from "../lib/plot.mjs";
import { say } from "../lib/progress.mjs";
import { writeResult } from "../lib/results.mjs";
import { interleave, median, ratioOf, summaryOf } from "../lib/rounds.mjs";
import { temporaryFolder, writeArrays } from "../lib/write-problem.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    python: { type: "string", default: "python3" },
    tol: { type: "string", default: "1e-3" },
    count: { type: "string", default: "64" },
    out: { type: "string", default: join(here, "..", "results", "trajectories.json") },
  },
});
const [tol, B] = [Number(options.tol), Number(options.count)];

const images = fashionMnist();
if (images === undefined) {
  console.log(`Cannot measure trajectories: ${FASHION_MNIST} is missing; expected Debian's dataset-fashion-mnist`);
  process.exit(2);
}
const dir = temporaryFolder();
writeArrays(dir, { z: images.data, w: Float32Array.from(normal(rngOf(11), new Float64Array(B * images.dim))) });
const ours = lineProcess("fluxion", process.execPath, [join(here, "trajectory-engine.mjs"), options.threads]);
const peer = lineProcess("torch", options.python, [join(here, "..", "peers", "trajectories.py"), options.threads]);

/** Without the peer there is nothing to compare with. @param {Error} error @returns {never} */
function leaveOut(error) {
  console.log(`Cannot measure trajectories: ${error.message.split("\n").at(-1)}; expected PyTorch, as bench/README.md says`);
  process.exit(2);
}

const problem = { cmd: "prepare", dir, N: images.size, D: images.dim, B };
console.log("fluxion:", await ours.ask(problem));
console.log("torch:  ", await peer.ask(problem).catch(leaveOut));

/** What the peer may choose from: adaptive at our tolerance in either clock, or a fixed number of Runge–Kutta steps. */
const SOLVERS = [
  { solver: "dopri5-s", tol },
  { solver: "dopri5-t", tol },
  ...[8, 12, 16, 24, 32].map((steps) => ({ solver: "rk4-t", steps })),
];
const reference = await peer.ask({ cmd: "run", solver: "dopri5-t", tol: 1e-5 });
/** @param {Record<string, any>} run */
const agreeing = ({ index }) =>
  index.filter((/** @type {number} */ atom, /** @type {number} */ b) => atom === reference.index[b]).length;
/** @type {Record<string, any>[]} */
const tried = [];
for (const solver of SOLVERS) {
  const run = await peer.ask({ cmd: "run", ...solver });
  const { ms, lateMs, evaluations } = run;
  tried.push({ ...solver, ms, lateMs, evaluations, agreeing: agreeing(run) });
  say(
    `torch ${solver.solver} ${"tol" in solver ? solver.tol : solver.steps}: ${ms.toFixed(0)} ms, ${evaluations} evaluations, ${agreeing(run)} of ${B} end where the reference does`,
  );
}
const right = tried.filter((run) => run.agreeing === B).sort((a, b) => a.ms - b.ms);
const best = right[0];
if (best === undefined) throw new Error("no solver of the peer is right on all trajectories");
console.log(`  the peer takes ${best.solver} ${best.tol ?? best.steps}`);

/** @type {Record<string, number[]>} */
const late = { fluxion: [], torch: [] };
/** @type {Record<string, any>} */
let found = {};
const times = await interleave(["torch", "fluxion"], Number(options.rounds), async (name) => {
  if (name === "torch") {
    const run = await peer.ask({ cmd: "run", solver: best.solver, tol: best.tol, steps: best.steps });
    late.torch.push(run.lateMs);
    return run.ms;
  }
  found = await ours.ask({ cmd: "run", tol });
  late.fluxion.push(found.lateMs);
  return found.ms;
});
for (const name of ["fluxion", "torch"]) late[name].shift(); // the round that warms up
const speed = ratioOf(times.torch, times.fluxion);
const lateSpeed = ratioOf(late.torch, late.fluxion);
const text = (/** @type {{ median: number, least: number, largest: number }} */ r) =>
  `${r.median.toFixed(1)}× [${r.least.toFixed(1)}, ${r.largest.toFixed(1)}]`;
console.log(
  `\n${B} trajectories over ${images.size} × ${images.dim}, tolerance ${tol}, ${options.threads} threads (load ${load()})`,
);
console.log(`  torch    ${median(times.torch).toFixed(0)} ms, ${median(late.torch).toFixed(0)} ms after t = 0.3`);
console.log(
  `  fluxion  ${median(times.fluxion).toFixed(0)} ms, ${median(late.fluxion).toFixed(0)} ms after t = 0.3: ${text(speed)} as fast, ${text(lateSpeed)} after t = 0.3`,
);
console.log(`  captured ${found.captured} of ${B}, ${agreeing(found)} end where the peer's reference does, tries ${found.tries}`);
console.log(
  `  capture times: median ${median(found.captureTimes).toFixed(3)}, largest ${Math.max(...found.captureTimes).toFixed(3)}`,
);

/** Evaluations of one attempted step of Dormand and Prince. */
const STAGES = 6;
/** Bins of t in which sweeps are put together. */
const BINS = 20;

/**
 * What one step of one trajectory costs at t: the engine, by the sweeps of its last run, of which the first holds what is formed
 * once; brute force by the evaluations that the same step takes, of all trajectories together.
 */
async function alongTrajectory() {
  /** @type {Map<number, { ms: number, steps: number }>} */
  const bins = new Map();
  for (const { s, rows, ms } of found.sweeps) {
    const k = Math.min(BINS - 1, Math.floor((BINS * s) / (1 + s)));
    const bin = bins.get(k) ?? { ms: 0, steps: 0 };
    bins.set(k, { ms: bin.ms + ms, steps: bin.steps + rows });
  }
  const along = [];
  for (const [k, bin] of [...bins].sort(([a], [b]) => a - b)) {
    const t = (k + 0.5) / BINS;
    const evaluations = [];
    for (let n = 0; n < 3; n++) evaluations.push((await peer.ask({ cmd: "evaluate", s: t / (1 - t) })).ms);
    const [fluxion, torch] = [bin.ms / bin.steps, (STAGES * median(evaluations)) / B];
    along.push({ t, steps: bin.steps, fluxion, torch, speed: torch / fluxion });
  }
  return along;
}

const along = await alongTrajectory();
console.log("  one step of one trajectory at t: torch, fluxion, how many times as fast");
for (const { t, torch, fluxion, speed: times } of along) {
  console.log(
    `  t = ${t.toFixed(3)}  ${torch.toFixed(2).padStart(8)} ms  ${fluxion.toFixed(3).padStart(8)} ms  ${times.toFixed(1)}×`,
  );
}
for (const engine of [ours, peer]) engine.stop();
const report = {
  machine: machine(),
  tol,
  B,
  tried,
  times: { torch: summaryOf(times.torch), fluxion: summaryOf(times.fluxion) },
  late,
  speed,
  lateSpeed,
  along,
  load: load(),
  found,
};
writeResult(options.out, report);
const line = (/** @type {"torch" | "fluxion" | "speed"} */ name) => ({
  name,
  points: along.map((a) => /** @type {const} */ ([a.t, a[name]])),
});
const title = `One step of one trajectory over ${images.size} × ${images.dim}`;
const steps = plot({ title, x: "t", y: "milliseconds", lines: [line("torch"), line("fluxion")], linearX: true });
writeResult(join(dirname(options.out), "step-t.svg"), steps);
const gained = plot({
  title: `${title}: speed-up over PyTorch`,
  x: "t",
  y: "times as fast",
  lines: [line("speed")],
  linearX: true,
});
writeResult(join(dirname(options.out), "speed-up-t.svg"), gained);
