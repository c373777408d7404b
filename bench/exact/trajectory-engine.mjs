// The trajectory engine of Fluxion as a process that answers lines of JSON, in the language of bench/peers/trajectories.py.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { atoms, points } from "@fluxion/core";
import { sampleExact, wasmEngine } from "@fluxion/kernels";
import { nativeProducts } from "@fluxion/kernels/native";

const threads = Number(process.argv[2]);
/** t = 0.3 as α/β. */
const LATE = 0.3 / 0.7;

/** @type {import("@fluxion/kernels").TrajectoryEngine | undefined} */
let engine;
/** @type {import("@fluxion/core").Points | undefined} */
let start;

/** @param {string} file @param {number} dim */
function read(file, dim) {
  const bytes = readFileSync(file);
  return points(Float64Array.from(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)), dim);
}

/** @type {Record<string, (command: any) => Promise<Record<string, unknown>>>} */
const commands = {
  about: async () => ({ node: process.versions.node, threads }),
  async prepare({ dir, D }) {
    await engine?.close();
    const began = performance.now();
    engine = await wasmEngine(atoms(read(join(dir, "z.f32"), D)), {
      threads,
      dense: (bound) => nativeProducts(bound, { threads }),
    });
    start = read(join(dir, "w.f32"), D);
    return { engine: engine.name, bindMs: performance.now() - began };
  },
  async run({ tol }) {
    if (!engine || !start) throw new Error("run before prepare");
    const { size } = start;
    const began = performance.now();
    let late = Number.NaN;
    /** Every sweep of the first try: one attempted step of all rows under way. @type {{ s: number, rows: number, ms: number }[]} */
    const sweeps = [];
    let [at, under, before, first] = [0, size, began, true];
    const found = await sampleExact(engine, start, {
      tolerance: tol,
      onProgress: (left, s) => {
        const now = performance.now();
        if (s < at / 4) first = false; // from the start again, with a lower tolerance
        if (first) sweeps.push({ s: at, rows: under === 0 ? size : under, ms: now - before }); // after 0 another leg begins
        [at, under, before] = [s === Infinity ? at : s, left, now];
        if (Number.isNaN(late) && s >= LATE) late = performance.now();
      },
    });
    const ended = performance.now();
    return {
      ms: ended - began,
      lateMs: ended - (Number.isNaN(late) ? ended : late),
      evaluations: Math.max(...found.nfe),
      captureTimes: [...found.captureTime],
      captured: found.proofs.filter((proof) => proof !== undefined).length,
      radii: found.proofs.map((proof) => proof?.radius),
      errors: [...found.error],
      tries: Math.max(...found.tries),
      index: [...found.index],
      sweeps,
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await commands[command.cmd](command))}\n`);
}
