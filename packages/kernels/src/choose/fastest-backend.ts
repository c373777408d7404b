import type { Demand, Points, Scan, ScanBackend, ScanQuery } from "@fluxion/core";

/** A backend that could be used: opened only when it is tried. */
export interface BackendCandidate {
  /** As users name it: "reference", "wasm", "native", "webgpu", "tree". */
  readonly name: string;
  /** @throws Error when this machine does not offer it; the message says what is missing. */
  open(): Promise<ScanBackend>;
}

/** The question that candidates are timed on: points like those that will be asked, and the demand. */
export interface BackendProbe {
  readonly x: Points;
  readonly query: ScanQuery;
  readonly demand: Demand;
}

/** What a candidate did with the probe. */
export interface BackendTrial {
  readonly name: string;
  /** Milliseconds of the second of two scans; undefined where it could not answer. */
  readonly milliseconds: number | undefined;
  /** Why it could not, as its error said. */
  readonly refused: string | undefined;
}

/** The backend that answered the probe fastest, still open, and the trials that decided. */
export interface ChosenBackend {
  readonly backend: ScanBackend;
  readonly trials: readonly BackendTrial[];
}

/**
 * Opens every candidate that can meet the demand, lets each answer the probe twice, keeps the fastest and closes the
 * others. The choice is by measurement on this machine and these data, and the trials say so.
 * @param clock Milliseconds from any origin, monotone.
 * @throws Error when no candidate answers, with what each said.
 */
export async function fastestBackend(
  candidates: readonly BackendCandidate[],
  probe: BackendProbe,
  clock: () => number,
): Promise<ChosenBackend> {
  const trials: BackendTrial[] = [];
  let best: { readonly backend: ScanBackend; readonly milliseconds: number } | undefined;
  for (const candidate of candidates) {
    let backend: ScanBackend | undefined;
    try {
      backend = await candidate.open();
      const milliseconds = await timed(backend, probe, clock);
      trials.push({ name: candidate.name, milliseconds, refused: undefined });
      const wins = best === undefined || milliseconds < best.milliseconds;
      const loser = wins ? best?.backend : backend;
      if (wins) best = { backend, milliseconds };
      await loser?.close();
    } catch (error) {
      trials.push({
        name: candidate.name,
        milliseconds: undefined,
        refused: error instanceof Error ? error.message : `${error}`,
      });
      await backend?.close();
    }
  }
  if (best !== undefined) return { backend: best.backend, trials };
  throw new Error(`Cannot choose a backend: ${describeTrials(trials)}; expected one that answers`);
}

async function timed(backend: ScanBackend, { x, query, demand }: BackendProbe, clock: () => number): Promise<number> {
  if (!backend.meets.has(demand.kind)) {
    throw new RangeError(`cannot promise "${demand.kind}", only ${[...backend.meets].join(" or ")}`);
  }
  const answer = (): Promise<Scan> => backend.scan(x, query, demand);
  await answer(); // the first one compiles, packs and warms up
  const start = clock();
  await answer();
  return clock() - start;
}

/** The trials as one line: "native 12.1 ms, wasm 30.4 ms, webgpu refused (no adapter)". */
export function describeTrials(trials: readonly BackendTrial[]): string {
  return trials
    .map(({ name, milliseconds, refused }) =>
      milliseconds === undefined ? `${name} refused (${refused})` : `${name} ${milliseconds.toFixed(1)} ms`,
    )
    .join(", ");
}
