import { type Demand, referenceBackend, type ScanBackend, type WeightedAtoms } from "@fluxion/core";
import {
  type BackendCandidate,
  type BackendProbe,
  bindAtoms,
  describeTrials,
  fastestBackend,
  treeBackend,
  wasmBackend,
} from "@fluxion/kernels";
import { badInput } from "../errors.js";

/** What `--backend` takes. */
export const BACKENDS = ["auto", "reference", "wasm", "native", "tree"] as const;
/** One of `BACKENDS`. */
export type BackendName = (typeof BACKENDS)[number];

/** Which backend is wanted, over which atoms and for what kind of question. */
export interface BackendRequest {
  readonly name: BackendName;
  /** Threads of wasm and native. */
  readonly threads: number;
  /** Points like those that will be asked, few, with the query and the demand. */
  readonly probe: BackendProbe;
  /** How many points will be asked in all. */
  readonly queries: number;
  /** Milliseconds from any origin. */
  readonly now: () => number;
}

/** An open backend, and why it is this one. */
export interface OpenedBackend {
  readonly backend: ScanBackend;
  /** A clause such as "asked for", or the times that decided. */
  readonly why: string;
}

/** Below this many coordinates read in all, starting threads costs more than they save. */
const SMALL = 2e8;
/** Up to this dimension a tree may win. */
const TREE_DIM = 10;

/**
 * Opens a backend. `auto` with the exact demand decides by the size of the question alone, so that the same question gives
 * the same bytes on every machine: the reference where it is small, wasm otherwise. With the certified demand it measures.
 * @throws CliError when a backend that was named cannot be had here, or cannot keep the promise.
 */
export async function openBackend(atoms: WeightedAtoms, request: BackendRequest): Promise<OpenedBackend> {
  const { name, probe, queries } = request;
  const candidates = candidatesFor(atoms, request.threads);
  if (name !== "auto") {
    const backend = await openNamed(candidates[name]);
    requirePromise(backend, probe.demand);
    return { backend, why: "asked for" };
  }
  const { size, dim } = atoms.points;
  if (queries * size * dim <= SMALL) return { backend: referenceBackend(atoms), why: "the question is small" };
  if (probe.demand.kind === "exact") return { backend: await openNamed(candidates.wasm), why: "the question is large" };
  const tried = [candidates.wasm, candidates.native, ...(dim <= TREE_DIM ? [candidates.tree] : [])];
  const { backend, trials } = await fastestBackend(tried, probe, request.now);
  return { backend, why: `fastest on ${probe.x.size} of the points: ${describeTrials(trials)}` };
}

/** How to open each backend. */
export function candidatesFor(atoms: WeightedAtoms, threads: number): Record<Exclude<BackendName, "auto">, BackendCandidate> {
  return {
    reference: { name: "reference", open: async () => referenceBackend(atoms) },
    wasm: { name: "wasm", open: () => wasmBackend(atoms, { threads }) },
    native: {
      name: "native",
      open: async () => (await import("@fluxion/kernels/native")).nativeBackend(bindAtoms(atoms), { threads }),
    },
    tree: { name: "tree", open: async () => treeBackend(atoms) },
  };
}

async function openNamed({ name, open }: BackendCandidate): Promise<ScanBackend> {
  try {
    return await open();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw badInput(`Cannot use the backend "${name}": ${said}; expected a machine that offers it (see fluxion doctor)`, error);
  }
}

function requirePromise(backend: ScanBackend, { kind }: Demand): void {
  if (backend.meets.has(kind)) return;
  const can = [...backend.meets].join(" or ");
  throw badInput(`Cannot promise "${kind}" on the backend "${backend.name}": it cannot; expected ${can}, or another --backend`);
}
