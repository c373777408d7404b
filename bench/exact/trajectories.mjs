// node bench/exact/trajectories.mjs [--rounds 3] [--threads 2] [--python path] [--tol 1e-3] [--count 64]
// Whole exact trajectories over Fashion-MNIST: to certified capture by Fluxion, by brute force in PyTorch until every
// posterior is one point. The peer's solver is the fastest of those that end every trajectory where a fine reference does.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { normal, rngOf } from "@fluxion/core";
import { FASHION_MNIST, fashionMnist } from "../lib/fashion-mnist.mjs";
import { lineProcess } from "../lib/line-process.mjs";
import { load, machine } from "../lib/machine.mjs";
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
const problem = { cmd: "prepare", dir, N: images.size, D: images.dim, B };
console.log("fluxion:", await ours.ask(problem));
console.log("torch:  ", await peer.ask(problem));

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
  console.log(
    `  torch ${solver.solver} ${"tol" in solver ? solver.tol : solver.steps}: ${ms.toFixed(0)} ms, ${evaluations} evaluations, ${agreeing(run)} of ${B} end where the reference does`,
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
for (const engine of [ours, peer]) engine.stop();
mkdirSync(dirname(options.out), { recursive: true });
const report = {
  machine: machine(),
  tol,
  B,
  tried,
  times: { torch: summaryOf(times.torch), fluxion: summaryOf(times.fluxion) },
  late,
  speed,
  lateSpeed,
  found,
};
writeFileSync(options.out, `${JSON.stringify(report, null, 1)}\n`);
console.log(`wrote ${options.out}`);
