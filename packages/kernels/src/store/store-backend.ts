import {
  certifyScan,
  type DataLimit,
  type Demand,
  emptyScan,
  type Points,
  type Scan,
  type ScanBackend,
  type ScanError,
  type ScanQuery,
} from "@fluxion/core";
import { type BlockIndex, type DataStore, digest, readIndex } from "@fluxion/io";
import { blockReader } from "./block-reader.js";
import { certifiedScan, type Goal, type PartialScan } from "./certified-scan.js";
import { exactScan } from "./exact-scan.js";
import { certifiedBytes, type MemoryPlan, planMemory, pointsThatFit, requireRoom } from "./memory-plan.js";
import { type MergedScan, noError, withStorage } from "./merged-error.js";
import { type ChunkScanner, referenceChunks } from "./scan-chunk.js";
import { joinErrors, joinStates } from "./scan-rows.js";
import { storeLimit } from "./store-limit.js";

/** Options of `storeBackend`. */
export interface StoreBackendOptions {
  /** Bytes that buffers, the index and the states of queries may take. @defaultValue 1e9 */
  readonly memory?: number;
  /** Who scans the chunks. @defaultValue `referenceChunks` */
  readonly scanner?: ChunkScanner;
  /**
   * Which data the bounds are about: as they were given to the store, so that the rounding of its dtype counts as an error,
   * or as they are kept in it. @defaultValue "given"
   */
  readonly boundsFor?: "given" | "kept";
  /** Looked at between reads: a scan ends with an error once it is aborted. */
  readonly signal?: { readonly aborted: boolean };
  /** Told of bytes of rows that were read. */
  readonly onRead?: (bytes: number) => void;
  /** Makes every buffer of a size that grows with rows. @defaultValue `new ArrayBuffer` */
  readonly allocate?: (bytes: number) => ArrayBuffer;
}

/** Scans of a store. */
export interface StoreBackend extends ScanBackend {
  /** The limit at the data, in one pass over all of them. */
  limit(x: Points, top: number): Promise<DataLimit>;
  /** Bytes of one read. */
  readonly readBytes: number;
  /** How many points fit into one scan that keeps so many largest weights: the more, the fewer passes over the data. */
  pointsPerScan(top: number): number;
}

/**
 * A backend over data on a disk, or anywhere: rows are read block by block, ahead of their use, within a memory budget.
 * `exact` reads everything once for all queries and merges blocks from first to last: the bytes are those of
 * `referenceBackend` on the rows as kept, whatever the budget and the shards. `certified` reads only blocks that may matter.
 * Scans wait for each other. Closes the store with itself.
 * @throws RangeError with the least budget where the given one is too small; SyntaxError when the index is damaged.
 */
export async function storeBackend(store: DataStore, options: StoreBackendOptions = {}): Promise<StoreBackend> {
  const { memory = 1e9, scanner = referenceChunks, allocate = (bytes) => new ArrayBuffer(bytes) } = options;
  const { size, dim } = store.manifest;
  const plan = planMemory(store, scanner, memory);
  const index = await loadIndex(store, allocate);
  const stop = (): void => {
    if (options.signal?.aborted)
      throw new Error(`Cannot go on with the scan of "${store.name}": it was stopped; expected no stop`);
  };
  const { onRead = () => undefined } = options;
  const reader = blockReader(store, index, { runBlocks: plan.runBlocks, inFlight: scanner.inFlight, allocate, stop, onRead });
  const scanChunk = scanner.open(dim, allocate);
  const lost = options.boundsFor === "kept" ? 0 : store.manifest.storageError;
  const radius = store.manifest.radius + lost;
  const engine: Engine = { store, index, plan, reader, scanner, scanChunk, lost, radius };
  let closed = false;
  const queue = oneAfterAnother();
  const whenOpen = <T>(work: () => Promise<T>): Promise<T> =>
    queue(() => {
      if (closed) throw new Error(`Cannot scan: the store "${store.name}" is closed; expected an open one`);
      return work();
    });
  return {
    name: `store of ${scanner.name}`,
    dim,
    size,
    radius,
    readBytes: plan.runBlocks * Math.ceil(store.manifest.shards.reduce((sum, { bytes }) => sum + bytes, 0) / index.blocks),
    pointsPerScan: (top) => pointsThatFit(store, plan, top),
    meets: new Set<Demand["kind"]>(scanner.exact ? ["exact", "certified"] : ["certified"]),
    scan: (x, query, demand) => whenOpen(async () => scanStore(engine, x, query, demand)),
    limit: (x, top) => whenOpen(() => storeLimit(reader, index.blocks, x, top)),
    close: () =>
      queue(async () => {
        closed = true;
        await store.close();
      }),
  };
}

interface Engine {
  readonly store: DataStore;
  readonly index: BlockIndex;
  readonly plan: MemoryPlan;
  readonly reader: ReturnType<typeof blockReader>;
  readonly scanner: ChunkScanner;
  readonly scanChunk: ReturnType<ChunkScanner["open"]>;
  /** How far the rows that bounds are about may lie from those that are kept. */
  readonly lost: number;
  /** Of the rows that bounds are about. */
  readonly radius: number;
}

/** Runs works one at a time, in the order in which they came. */
function oneAfterAnother(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

async function loadIndex(store: DataStore, allocate: (bytes: number) => ArrayBuffer): Promise<BlockIndex> {
  const { index, size, dim } = store.manifest;
  const bytes = new Uint8Array(allocate(index.bytes));
  await store.read(index, 0, bytes);
  const found = digest(bytes);
  if (found === index.sha256) return readIndex(bytes, size, dim);
  throw new SyntaxError(
    `Cannot read "${store.name}": ${index.file} has the digest ${found.slice(0, 16)}…; expected ${index.sha256.slice(0, 16)}… as when the store was made`,
  );
}

async function scanStore(engine: Engine, x: Points, query: ScanQuery, demand: Demand): Promise<Scan> {
  const { store, plan, reader, index, scanChunk, scanner } = engine;
  requireQuery(x, query, engine);
  requireRoom(store, plan, x, query);
  if (demand.kind === "statistical" || (demand.kind === "exact" && !scanner.exact)) {
    throw new RangeError(`Cannot promise "${demand.kind}": the scanner "${scanner.name}" cannot; expected another promise`);
  }
  if (x.size === 0) return { state: emptyScan(0, x.dim, query), error: noError(0), evaluations: 0, skipped: 0 };
  if (demand.kind === "certified") return certifiedInGroups(engine, x, query, demand.epsilon);
  const merged = await exactScan(reader, index.blocks, scanChunk, { x, query });
  return { state: merged.state, error: errorOf(engine, merged), evaluations: merged.evaluations, skipped: 0 };
}

/** So many queries at a time as the budget has room for the bounds of all blocks. */
async function certifiedInGroups(engine: Engine, x: Points, query: ScanQuery, epsilon: number): Promise<Scan> {
  const { store, plan, reader, index, scanChunk, lost, radius } = engine;
  const { size, norm } = store.manifest;
  const goal: Goal = {
    errorOf: (partial) => errorOf(engine, partial),
    met: (scan, partial) => (certifyScan(scan, { radius, size }, partial.query).mean[0] ?? Infinity) <= epsilon * radius,
    share: epsilon / 4,
  };
  const atOnce = Math.max(1, Math.floor(plan.forQueries / 2 / certifiedBytes(store)));
  const scans: Scan[] = [];
  for (let from = 0; from < x.size; from += atOnce) {
    const to = Math.min(x.size, from + atOnce);
    const part = { data: x.data.subarray(from * x.dim, to * x.dim), size: to - from, dim: x.dim };
    const tangent = query.tangent && { ...part, data: query.tangent.data.subarray(from * x.dim, to * x.dim) };
    const task = { x: part, query: { ...query, tangent }, goal };
    scans.push(await certifiedScan(reader, { index, norm, lost, size }, scanChunk, task));
  }
  const [only] = scans;
  if (only !== undefined && scans.length === 1) return only;
  return joinScans(scans);
}

function joinScans(scans: readonly Scan[]): Scan {
  return {
    state: joinStates(scans.map(({ state }) => state)),
    error: joinErrors(scans.map(({ error }) => error)),
    evaluations: scans.reduce((sum, scan) => sum + scan.evaluations, 0),
    skipped: scans.reduce((sum, scan) => sum + scan.skipped, 0),
  };
}

/** The error of a merged state: what its scanner says, and what the rounding of the rows adds where bounds count it. */
function errorOf({ store, scanner, lost, radius }: Engine, merged: MergedScan | PartialScan): ScanError {
  const { norm, size, center } = store.manifest;
  const error = scanner.error(merged, { norm, radius, size });
  const { x, query } = merged;
  const distances = Float64Array.from({ length: x.size }, (_, b) => {
    let squared = 0;
    for (let d = 0; d < x.dim; d++) squared += ((x.data[b * x.dim + d] ?? 0) - query.alpha * (center[d] ?? 0)) ** 2;
    return (Math.sqrt(squared) + query.alpha * radius) * (1 + (x.dim + 8) * Number.EPSILON);
  });
  return withStorage(error, distances, query, lost);
}

function requireQuery(x: Points, { top, tangent }: ScanQuery, { store }: Engine): void {
  const { dim, size } = store.manifest;
  const fits = x.dim === dim && (tangent === undefined || (tangent.dim === dim && tangent.size === x.size));
  if (!fits) {
    throw new RangeError(
      `Cannot scan: x is [${x.size}, ${x.dim}], the data have dim ${dim}; expected equal dims, a direction for each point`,
    );
  }
  const at = x.data.findIndex((v) => !Number.isFinite(v));
  if (at >= 0)
    throw new RangeError(
      `Cannot scan: coordinate ${at % dim} of point ${Math.floor(at / dim)} is ${x.data[at]}; expected finite numbers`,
    );
  if (top > 0 && size > 2 ** 31 - 1) {
    throw new RangeError(`Cannot keep the largest weights: the store has ${size} rows; expected at most 2^31 - 1, or top 0`);
  }
}
