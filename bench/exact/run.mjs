// node bench/exact/run.mjs [--only images,plane,sweeps,errors,trajectories,scale] [--rounds 3] [--threads 2] [--python path]
//                          [--epsilon 0.02] [--sums mean|all] [--engines torch,…] [--sizes 1e5,1e6,1e7] [--count 64] [--out bench/results/exact.json]
// All of the bench of the exact field, in about a quarter of an hour on a quiet machine of two cores. `--only` takes parts,
// or beginnings of names of comparisons. Every engine is a process of its own; in every round each runs once. Peers that are not
// installed are left out, loudly; a part that fails does not keep the others from running. Results are kept after every part.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { load, machine } from "../lib/machine.mjs";
import { say } from "../lib/progress.mjs";
import { writeResult } from "../lib/results.mjs";
import { temporaryFolder } from "../lib/write-problem.mjs";
import { measureErrors } from "./error-sweep.mjs";
import { startEngine, startEngines } from "./field-engines.mjs";
import { errorFigure, sweepFigures } from "./figures.mjs";
import { measure, show } from "./measure.mjs";
import { comparisons, sweeps } from "./workloads.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    python: { type: "string", default: "python3" },
    epsilon: { type: "string", default: "0.02" },
    sums: { type: "string", default: "mean" },
    engines: { type: "string", default: "torch,torch-denormals,torch-fused,numpy,native,wasm,reference" },
    sizes: { type: "string", default: "1e5,1e6,1e7" },
    count: { type: "string", default: "64" },
    out: { type: "string", default: join(here, "..", "results", "exact.json") },
  },
});
const [rounds, epsilon] = [Number(options.rounds), Number(options.epsilon)];
/** @type {import("./measure.mjs").Sums} */
const sums = options.sums === "all" ? "all" : "mean";
const results = dirname(options.out);
const parts = options.only?.split(",");
/** Whether a part is wanted, or a comparison by the beginning of its name. @param {string} name */
const wanted = (name) => parts === undefined || parts.some((part) => name.startsWith(part));

/** @typedef {import("./measure.mjs").Measured} Measured */
/** @type {{ comparisons: Measured[], sweeps: import("./figures.mjs").Swept[], errors: import("./error-sweep.mjs").Promised[] }} */
const found = { comparisons: [], sweeps: [], errors: [] };
/** @type {string[]} */
const failures = [];

/** Runs a part; what it throws is said and remembered. @param {string} name @param {() => Promise<void> | void} work */
async function part(name, work) {
  say(`${name} (load ${load()})`);
  try {
    await work();
  } catch (error) {
    failures.push(name);
    console.error(`${name} failed: ${error instanceof Error ? error.stack : error}`);
  }
}

/** Everything that is one evaluation. */
async function evaluations() {
  const folder = temporaryFolder();
  const { engines, about } = await startEngines(options.engines.split(","), options);
  const reference = startEngine("reference", options);
  const certified = /** @type {const} */ ({ kind: "certified", epsilon });
  const demands = { native: certified, wasm: certified, reference: /** @type {const} */ ({ kind: "exact" }) };
  const how = { reference, folder, rounds, sums, demands };
  const keep = () => {
    const text = { machine: machine(), about, rounds, epsilon, sums, ...found };
    writeResult(options.out, text);
  };
  const { "torch-denormals": _left, ...swept } = engines; // peaked posteriors are among the comparisons
  try {
    console.log(
      "ratios: how many times as fast as PyTorch softmax(QKᵀ)V, and as PyTorch's fused attention; medians, [least, largest]",
    );
    for (const w of comparisons().filter(({ name }) => wanted(name))) {
      await part(w.name, async () => {
        const result = await measure(w, engines, how);
        show(result);
        found.comparisons.push(result);
      });
    }
    keep();
    if (wanted("sweeps")) {
      for (const w of sweeps()) {
        await part(w.name, async () => {
          const result = { axis: w.axis, value: w.value, ...(await measure(w, swept, how)) };
          show(result);
          found.sweeps.push(result);
        });
      }
      for (const { name, svg } of sweepFigures(found.sweeps)) writeResult(join(results, `${name}.svg`), svg);
      keep();
    }
    if (wanted("errors")) {
      await part("errors", () =>
        measureErrors(swept, how, (result) => {
          show(result);
          found.errors.push(result);
        }),
      );
      if (found.errors.length > 0) {
        const { name, svg } = errorFigure(found.errors);
        writeResult(join(results, `${name}.svg`), svg);
      }
      keep();
    }
  } finally {
    for (const engine of [...Object.values(engines), reference]) engine.stop();
  }
}

/** What a script ends with when it says why it measures nothing. */
const LEFT_OUT = 2;

/** Runs another script of the bench, which says on its own how it goes on. @param {string} script @param {readonly string[]} args */
function runScript(script, args) {
  const { threads } = options;
  const { status, signal } = spawnSync(
    process.execPath,
    [join(here, script), "--threads", threads, "--rounds", `${rounds}`, ...args],
    {
      stdio: "inherit",
    },
  );
  if (status !== 0 && status !== LEFT_OUT) throw new Error(`${script} ended with ${signal ?? `code ${status}`}`);
}

const SCRIPTS = ["trajectories", "scale"];
if (parts === undefined || parts.some((name) => !SCRIPTS.includes(name))) await part("evaluations", evaluations);
if (wanted("trajectories")) {
  const args = ["--python", options.python, "--count", options.count, "--out", join(results, "trajectories.json")];
  await part("trajectories", () => runScript("trajectories.mjs", args));
}
if (wanted("scale")) {
  await part("scale", () => runScript("scale.mjs", ["--sizes", options.sizes, "--out", join(results, "scale.json")]));
}
say(failures.length === 0 ? "all parts are done" : `failed: ${failures.join(", ")}`);
process.exitCode = failures.length === 0 ? 0 : 1;
