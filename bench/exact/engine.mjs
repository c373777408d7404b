// One backend of Fluxion as a process that answers lines of JSON, in the language of bench/peers/engine.py.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { atoms, certifyScan, points, referenceBackend } from "@fluxion/core";
import { bindAtoms, wasmBackend } from "@fluxion/kernels";

const [name, threads] = [process.argv[2], Number(process.argv[3])];

/** @typedef {import("@fluxion/core").ScanBackend} ScanBackend */
/** @typedef {{ dir: string, data: string, B: number, N: number, D: number, alpha: number, beta: number, sums: "all" | "mean", demand: import("@fluxion/core").Demand }} Workload */

/** @type {Record<string, (data: import("@fluxion/core").WeightedAtoms) => Promise<ScanBackend>>} */
const backends = {
  reference: async (data) => referenceBackend(data),
  wasm: async (data) => wasmBackend(bindAtoms(data), { threads }),
  native: async (data) => (await import("@fluxion/kernels/native")).nativeBackend(bindAtoms(data), { threads }),
};

/** @type {ScanBackend | undefined} */
let backend;
/** @type {Workload | undefined} */
let workload;
/** @type {import("@fluxion/core").Points | undefined} */
let x;
/** @type {import("@fluxion/core").Scan | undefined} */
let last;

/** @param {Workload} w @param {string} file */
const read = (w, file) => {
  const bytes = readFileSync(join(w.dir, file));
  return points(Float64Array.from(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)), w.D);
};

/** @type {Record<string, (command: any) => Promise<Record<string, unknown>>>} */
const commands = {
  about: async () => ({ node: process.versions.node, threads }),
  async prepare(command) {
    const next = /** @type {Workload} */ (command.workload);
    if (backend === undefined || next.data !== workload?.data) {
      await backend?.close();
      const { points: z, logWeights } = atoms(read(next, "z.f32"));
      backend = await backends[name]({ points: z, logWeights });
    }
    workload = next;
    x = read(next, "x.f32");
    return { variant: backend.name, atoms: backend.size, radius: backend.radius };
  },
  async run() {
    if (!backend || !workload || !x) throw new Error("run before prepare");
    const start = performance.now();
    last = await backend.scan(x, queryOf(workload), workload.demand);
    return { ms: performance.now() - start };
  },
  async output({ file }) {
    if (!backend || !workload || !last) throw new Error("output before run");
    writeFileSync(file, last.state.mean.data);
    return { bound: Math.max(...certifyScan(last, backend, queryOf(workload)).mean) };
  },
};

/** @param {Workload} w */
const queryOf = ({ alpha, beta, sums }) => ({ alpha, variance: beta ** 2, spread: false, top: 0, tangent: undefined, sums });

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await commands[command.cmd](command))}\n`);
}
