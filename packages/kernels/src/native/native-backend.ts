import { certifyScan, type Demand, type Points, type Scan, type ScanBackend, type ScanQuery, takeRows } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import { type AtomTable, doubleTable, singleTable } from "./atom-table.js";
import { planChunks } from "./chunk-plan.js";
import { columnsOf, widthOf } from "./chunk-sums.js";
import { scanGathered } from "./gathered-scan.js";
import { copyRow, emptyResult } from "./join-rows.js";
import { type Kernel, type KernelRuntime, loadRuntime, machineThreads } from "./onnxruntime.js";
import { probeLogitDepth } from "./order-probe.js";
import { logitsModel, type ScanFormat, sumsModel } from "./scan-graph.js";
import { type PartialScan, scanRows } from "./scan-rows.js";
import { type PassTools, type Precision, workspacePool } from "./workspace.js";

/** Options of `nativeBackend`. */
export interface NativeBackendOptions {
  /** Threads that compute. @defaultValue all of the machine */
  readonly threads?: number;
  /** Opens the library that computes. @defaultValue onnxruntime-node */
  readonly runtime?: () => Promise<KernelRuntime>;
}

/** From coarse to fine; a row that one cannot certify goes to the next. */
const FORMATS: readonly ScanFormat[] = [
  { logits: "float32", sums: "float32" },
  { logits: "float64", sums: "float32" },
  { logits: "float64", sums: "float64" },
];

/** Sums in float32 cannot be certified below this part of the radius. */
const SINGLE_LIMIT = 1e-4;

/**
 * Scans in ONNX Runtime, on all threads given: matrix products in float32 over chunks of atoms, certified as they stand, with
 * float64 for the atoms, and then for the queries, that float32 cannot decide.
 * @throws Error when onnxruntime-node is not installed; RangeError when the number of threads is none.
 */
export async function nativeBackend(bound: BoundAtoms, options: NativeBackendOptions = {}): Promise<ScanBackend> {
  const { threads = await machineThreads(), runtime = loadRuntime } = options;
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new RangeError(`Cannot open the native backend: the number of threads is ${threads}; expected a whole number from 1`);
  }
  const library = await runtime();
  const { dim, size, radius } = bound;
  const tables: { float32: AtomTable; float64?: AtomTable } = { float32: singleTable(bound) };
  const kernels = new Map<string, Promise<Kernel>>();
  let closed = false;
  const kernel = (key: string, model: () => Uint8Array): Promise<Kernel> => {
    const known = kernels.get(key) ?? library.compile(model(), threads);
    kernels.set(key, known);
    return known;
  };
  const tableOf = (format: "float32" | "float64"): AtomTable => {
    if (format === "float32") return tables.float32;
    tables.float64 ??= doubleTable(bound);
    return tables.float64;
  };
  const precisions = new Map<string, Precision>();
  const open = async (format: ScanFormat, spread: boolean): Promise<Precision> => {
    const columns = columnsOf(dim, spread);
    const key = `${format.logits} ${format.sums} ${columns}`;
    const tools = {
      logits: await kernel(format.logits, () => logitsModel(dim, format)),
      sums: await kernel(key, () => sumsModel(widthOf(dim), format, columns)),
      columns,
      logitTable: tableOf(format.logits),
      sumTable: tableOf(format.sums),
      logWeights: bound.logWeights,
      dim,
    };
    const known = precisions.get(key) ?? { tools, pool: workspacePool(tools), depth: depthOf(tools) };
    precisions.set(key, known);
    return known;
  };
  await open(FORMATS[0] as ScanFormat, false); // what is wrong with the library shows now, and not at the first scan
  const backend: ScanBackend = {
    name: threads === 1 ? "native" : `native ×${threads}`,
    dim,
    size,
    radius,
    meets: new Set(["certified"] as const),
    async scan(x, query, demand) {
      if (closed) throw new Error("Cannot scan: the native backend is closed; expected an open one");
      requireScan(x, query, demand, dim);
      return scanCertified(bound, backend, open, { x, query, epsilon: demand.kind === "certified" ? demand.epsilon : 0 });
    },
    async close() {
      closed = true;
      const open = [...kernels.values()];
      kernels.clear();
      for (const one of open) await (await one).release();
    },
  };
  return backend;
}

/** Below this a library has no reason to cut a sum into blocks, above it asking takes long. */
const PROBED = { least: 128, most: 4096 };

/** The depth of sums in float32 as the library makes them, asked once for every length of chunks; in float64 any will do. */
function depthOf({ logits, logitTable, dim }: PassTools): Precision["depth"] {
  const known = new Map<number, Promise<number>>();
  return (atoms) => {
    if (logitTable.format === "float64" || dim <= PROBED.least || dim > PROBED.most) return Promise.resolve(dim + 1);
    const depth = known.get(atoms) ?? probeLogitDepth(logits, dim, atoms);
    known.set(atoms, depth);
    return depth;
  };
}

function requireScan(x: Points, { variance }: ScanQuery, demand: Demand, dim: number): void {
  if (demand.kind !== "certified") {
    throw new RangeError(`Cannot promise "${demand.kind}": the native backend cannot; expected one of certified`);
  }
  if (x.dim !== dim) throw new RangeError(`Cannot scan: x has dim ${x.dim}, the atoms have dim ${dim}; expected equal dims`);
  const wrong = x.data.findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot scan: coordinate ${wrong % dim} of point ${Math.floor(wrong / dim)} is ${x.data[wrong]}; expected finite numbers`,
    );
  }
  if (!(0.5 / variance < Infinity)) throw new RangeError(`Cannot scan: the variance is ${variance}; expected a positive one`);
}

/** Below this part of the radius the expanded form of the logits is not certified in float64 either. */
const FINEST = 1e-12;

/** Every row by the first of the formats that certifies it, else by the float64 reference over all atoms. */
async function scanCertified(
  bound: BoundAtoms,
  backend: ScanBackend,
  open: (format: ScanFormat, spread: boolean) => Promise<Precision>,
  { x, query, epsilon }: { readonly x: Points; readonly query: ScanQuery; readonly epsilon: number },
): Promise<Scan> {
  const out = emptyResult(x.size, x.dim, query);
  let rest = Array.from({ length: x.size }, (_, b) => b);
  let evaluations = 0;
  for (const format of epsilon < FINEST ? [] : FORMATS) {
    if (rest.length === 0) break;
    if (format !== FORMATS[0] && format.sums === "float32" && epsilon < SINGLE_LIMIT) continue;
    const points = takeRows(x, rest);
    const part = { ...query, tangent: query.tangent && takeRows(query.tangent, rest) };
    const scan = await scanRows(
      await open(format, query.spread),
      bound,
      { x: points, query: part },
      { plan: planChunks(points.size, bound.size, epsilon), epsilon },
    );
    const certified = certifiedRows(scan, backend, query, 0.99 * epsilon * bound.radius);
    if (rest.length === x.size && certified.every(Boolean)) return counted(scan, sum(scan.seen), bound.size);
    const left: number[] = [];
    for (const [r, b] of rest.entries()) {
      if (certified[r]) {
        copyRow(scan, r, out, b);
        evaluations += scan.seen[r] ?? 0;
      } else left.push(b);
    }
    rest = left;
  }
  const all = Array.from({ length: rest.length > 0 ? bound.size : 0 }, (_, i) => i);
  for (const b of rest) {
    const part = { ...query, tangent: query.tangent && takeRows(query.tangent, [b]) };
    copyRow(await scanGathered(bound, takeRows(x, [b]), part, all), 0, out, b);
    evaluations += bound.size;
  }
  return counted(out, evaluations, bound.size);
}

/** Whether the mean of each row is certified within `allowed`: by a coarse bound that costs little, else by the sharp one. */
function certifiedRows(scan: PartialScan, backend: ScanBackend, query: ScanQuery, allowed: number): boolean[] {
  const { logit, shift, mean, mass, skipped } = scan.error;
  const whole = { ...scan, evaluations: 0, skipped: 0 };
  let bounds: Float64Array | undefined;
  return Array.from(scan.seen, (seen, b) => {
    if (seen === 0) return false;
    const [delta = Infinity, share = Infinity] = [logit[b], skipped[b]];
    const coarse = 2 * backend.radius * (Math.tanh(delta / 2) + share) + (mean[b] ?? Infinity);
    const complete = (mass[b] ?? Infinity) < 0.5 && (shift[b] ?? Infinity) < Infinity && (scan.state.mass[b] ?? 0) > 0;
    if (complete && coarse * (1 + 1e-12) <= allowed) return true;
    bounds ??= certifyScan(whole, backend, query).mean;
    return (bounds[b] ?? Infinity) <= allowed;
  });
}

/** A scan with its counts: what was not evaluated was shown to be negligible. */
function counted({ state, error }: Pick<Scan, "state" | "error">, evaluations: number, size: number): Scan {
  return { state, error, evaluations, skipped: state.mass.length * size - evaluations };
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
