// One way of holding many rows in memory, as a process that answers lines of JSON: so that peak memory is its own.
//   wasm     float32 rows bound in place, scanned whole by the threads: certified
//   blocks   a store in memory, blocks of 4,096 rows with their balls: exact, and certified by the blocks that may matter
import { createInterface } from "node:readline";
import { certifyScan, points } from "@fluxion/core";
import { BLOCK_ROWS, FLOAT32_CODING, storeWriter } from "@fluxion/io";
import { bindFloats, storeBackend, wasmBackend } from "@fluxion/kernels";
import { clusteredRows, queriesOn } from "../lib/clustered-rows.mjs";
import { storeInMemory } from "../lib/store-in-memory.mjs";

const [name, threads] = [process.argv[2], Number(process.argv[3])];

/** @typedef {{ rows: number, dim: number, each: number }} Law */

/** @param {Law} law @param {(rows: Float64Array, first: number) => void} take */
function eachBlock(law, take) {
  const make = clusteredRows(law);
  for (let first = 0; first < law.rows; first += BLOCK_ROWS) take(make(first, Math.min(BLOCK_ROWS, law.rows - first)), first);
}

/** @type {Record<string, (law: Law) => Promise<import("@fluxion/core").ScanBackend>>} */
const backends = {
  async wasm(law) {
    const rows = new Float32Array(law.rows * law.dim);
    eachBlock(law, (block, first) => rows.set(block, first * law.dim));
    return wasmBackend(bindFloats(rows, law.dim, { into: rows }), { threads });
  },
  async blocks(law) {
    const { sink, open } = storeInMemory();
    const shardRows = Math.floor(256e6 / (4 * law.dim));
    const writer = storeWriter({ dim: law.dim, coding: FLOAT32_CODING, shardRows, clustered: true }, sink);
    eachBlock(law, (block) => writer.push(block));
    writer.finish();
    return storeBackend(open(), { boundsFor: "kept" });
  },
};

/** @type {import("@fluxion/core").ScanBackend | undefined} */
let backend;
/** @type {Law | undefined} */
let law;

/** Peak resident bytes so far. */
const peak = () => process.resourceUsage().maxRSS * 1024;

/** @type {Record<string, (command: any) => Promise<Record<string, unknown>>>} */
const commands = {
  async prepare(command) {
    law = /** @type {Law} */ (command.law);
    const begun = performance.now();
    backend = await backends[name](law);
    return { backend: backend.name, meets: [...backend.meets], makeMs: performance.now() - begun, peakResident: peak() };
  },
  async run({ t, demand, B }) {
    if (!backend || !law) throw new Error("run before prepare");
    const x = points(queriesOn(law, B, t), law.dim);
    const query = { alpha: t, variance: (1 - t) ** 2, spread: false, top: 0, tangent: undefined };
    const [cpu, begun] = [process.cpuUsage(), performance.now()];
    const scan = await backend.scan(x, query, demand);
    const ms = performance.now() - begun;
    const { user, system } = process.cpuUsage(cpu);
    const bound = certifyScan(scan, backend, query).mean;
    return {
      ms,
      cpuMs: (user + system) / 1e3,
      evaluations: scan.evaluations,
      skipped: scan.skipped,
      bound: Math.max(...bound) / backend.radius,
      radius: backend.radius,
      peakResident: peak(),
      mean: [...scan.state.mean.data],
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await commands[command.cmd](command))}\n`);
}
