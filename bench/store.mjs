// A store of any size, made from a seed, and its field: seconds, bytes a second, and the memory that the process took.
//
//   node bench/store.mjs --rows 80e6 --dim 64 --memory 4e9 --dir /somewhere/with/room
//
// Options: --rows, --dim, --points (queries of one scan), --memory (bytes), --dir (a folder; the store goes below it and is
// removed, unless --keep), --shuffled (rows of a cluster dealt out over all blocks: certified scans then skip nothing),
// --cold (asks the system to forget the files before every scan). One JSON object on stdout. Writing and scanning are
// processes of their own, so that neither sees the memory of the other.
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, fdatasyncSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { folderSink, nodeFiles, openStore } from "@fluxion/cli";
import { points } from "@fluxion/core";
import { BLOCK_ROWS, FLOAT32_CODING, storeWriter } from "@fluxion/io";
import { storeBackend } from "@fluxion/kernels";
import { clusteredRows, queriesOn } from "./lib/clustered-rows.mjs";
import { load, machine } from "./lib/machine.mjs";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1e6" },
    dim: { type: "string", default: "64" },
    points: { type: "string", default: "1" },
    memory: { type: "string", default: "4e9" },
    dir: { type: "string", default: "." },
    shuffled: { type: "boolean", default: false },
    cold: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    job: { type: "string" },
  },
});
const [rows, dim, B, memory] = [values.rows, values.dim, values.points, values.memory].map(Number);
const folder = join(values.dir, `store-bench-${rows}x${dim}`);
/** Rows around a centre before the next centre: 16 blocks. */
const EACH = 16 * BLOCK_ROWS;

const law = { rows, dim, each: EACH, shuffled: values.shuffled };

/** Writes the store. */
function write() {
  mkdirSync(folder, { recursive: true });
  const shardRows = Math.max(1, Math.floor(256e6 / (4 * dim)));
  const writer = storeWriter({ dim, coding: FLOAT32_CODING, shardRows }, folderSink(nodeFiles, folder));
  const make = clusteredRows(law);
  const begun = performance.now();
  for (let first = 0; first < rows; first += BLOCK_ROWS) writer.push(make(first, Math.min(BLOCK_ROWS, rows - first)));
  writer.finish();
  return { seconds: (performance.now() - begun) / 1000, ...taken() };
}

/** One scan of B points on the path from noise to rows all over the store. */
async function scan(/** @type {string} */ promise, /** @type {number} */ t) {
  const x = points(queriesOn(law, B, t), dim);
  const before = taken();
  if (values.cold) forget();
  const begun = performance.now();
  const store = openStore(nodeFiles, folder);
  let bytes = 0;
  const backend = await storeBackend(
    {
      ...store,
      read(file, from, into) {
        bytes += into.length;
        return store.read(file, from, into);
      },
    },
    { memory },
  );
  const opened = (performance.now() - begun) / 1000;
  /** @type {import("@fluxion/core").Demand} */
  const demand = promise === "exact" ? { kind: "exact" } : { kind: "certified", epsilon: Number(promise) };
  const query = { alpha: t, variance: (1 - t) ** 2, spread: false, top: 0, tangent: undefined };
  const { evaluations, skipped, state } = await backend.scan(x, query, demand);
  await backend.close();
  const seconds = (performance.now() - begun) / 1000;
  return {
    promise,
    t,
    seconds,
    opened,
    bytes,
    bytesPerSecond: bytes / seconds,
    evaluations,
    skipped,
    mean0: state.mean.data[0],
    before,
    ...taken(),
  };
}

/** What this process took so far: peak resident set in bytes, seconds of the processor. */
function taken() {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return { peakResident: maxRSS * 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
}

/** Asks the system to drop the pages of the files, where `dd` can. */
function forget() {
  for (const name of readdirSync(folder)) {
    const fd = openSync(join(folder, name), "r+");
    fdatasyncSync(fd);
    closeSync(fd);
    spawnSync("dd", [`if=${join(folder, name)}`, "iflag=nocache", "count=0", "status=none"]);
  }
}

/** Runs a part of the work as a process. @param {string} job */
function child(job) {
  const args = process.argv.slice(2).filter((arg) => arg !== "--keep");
  const { stdout, stderr, status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args, "--job", job], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${job} failed: ${stderr}`);
  return JSON.parse(stdout);
}

if (values.job === "write") console.log(JSON.stringify(write()));
else if (values.job !== undefined) {
  const [promise, t] = values.job.split("@");
  console.log(JSON.stringify(await scan(promise, Number(t))));
} else {
  const result = {
    machine: machine(),
    load: load(),
    rows,
    dim,
    points: B,
    memory,
    bytes: 4 * rows * dim,
    shuffled: values.shuffled,
    cold: values.cold,
  };
  try {
    const written = existsSync(join(folder, "store.json")) ? "kept from before" : child("write");
    const scans = ["exact@0.5", "1e-3@0.5", "1e-3@0.9"].map(child);
    const onDisk = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    console.log(JSON.stringify({ ...result, onDisk, written, scans }, undefined, 2));
  } finally {
    if (!values.keep) rmSync(folder, { recursive: true, force: true });
  }
}
