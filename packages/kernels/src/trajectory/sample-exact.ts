import { type CaptureProof, condOt, type Points, row, type Scheduler, type SolveOptions, takeRows, zeros } from "@fluxion/core";
import type { TrajectoryEngine } from "./course.js";
import { type Flown, fly } from "./fly.js";

/** Options of `sampleExact`. */
export interface SampleExactOptions {
  /** Root mean square error per coordinate of w = x/β that one step may have; the noise there has size 1. @defaultValue 1e-4 */
  readonly tolerance?: number;
  /** The scheduler whose p_0 the noise was drawn from, and in whose time `captureTime` is. @defaultValue condOt() */
  readonly scheduler?: Scheduler;
  /** How often a row that could not be certified is done again with a tenth of the tolerance. @defaultValue 3 */
  readonly retries?: number;
  /** Told of every sweep: rows not captured yet, and how far the last of them is. */
  readonly onProgress?: (underWay: number, s: number) => void;
  readonly signal?: SolveOptions["signal"];
}

/** Where exact trajectories end, and how that is known. */
export interface ExactSamples {
  /** The atom of every row, [B]; −1 where it could not be certified. */
  readonly index: Int32Array;
  /** The atoms themselves, [B, D]; where a row was not certified, the atom of the largest weight when it was given up. */
  readonly x: Points;
  /**
   * A proof for every certified row: **rigorous**, every exact trajectory within `radius` of `w` at `proof.s` ends at the atom.
   * That the exact trajectory from the noise is within `error` of it is an **estimate**. [B]
   */
  readonly proofs: readonly (CaptureProof | undefined)[];
  /** w = x/β at `proof.s`, what `verifyCapture` takes, [B, D]. */
  readonly w: Points;
  /** Estimate of the distance to the exact trajectory there, from the defects of all steps and their growth, [B]. */
  readonly error: Float64Array;
  /** t at which `proof` holds, in the time of the scheduler, [B]. */
  readonly captureTime: Float64Array;
  /** Evaluations of each row, those of earlier tries included, [B]. */
  readonly nfe: Int32Array;
  /** Tries of each row: 1 where the first one was certified, [B]. */
  readonly tries: Int32Array;
  readonly engine: string;
}

/**
 * Whole exact trajectories from noise x_0, [B, D], to the data points at which they end, in the schedule-free coordinates of
 * Eq. (M9), each followed until it is captured with a radius above its estimated error. Rows do not interact.
 * @throws RangeError when x_0 does not fit the data or is not finite, or the tolerance is not positive.
 */
export async function sampleExact(engine: TrajectoryEngine, x0: Points, options: SampleExactOptions = {}): Promise<ExactSamples> {
  const { tolerance = 1e-4, scheduler = condOt(), retries = 3 } = options;
  requireStart(engine, x0, tolerance);
  const { alpha, beta } = scheduler.at(0);
  const from = alpha / beta;
  const start = centredStart(engine, x0, from, beta);
  const all: Flown[] = await fly(engine, start, { ...options, from, tolerance });
  for (let tried = 1; tried <= retries; tried++) {
    const again = all.flatMap((flown, b) => (flown.proof === undefined ? [b] : []));
    if (again.length === 0) break;
    const more = await fly(engine, takeRows(start, again), { ...options, from, tolerance: tolerance / 10 ** tried });
    for (const [k, b] of again.entries()) {
      const [before, now] = [all[b], more[k]];
      if (before !== undefined && now !== undefined) all[b] = { ...now, nfe: before.nfe + now.nfe, tries: tried + 1 };
    }
  }
  return collect(engine, all, scheduler);
}

/** w − s·c at the start: x_0/β − (α/β)·c. */
function centredStart({ center }: TrajectoryEngine, x0: Points, from: number, beta: number): Points {
  const data = x0.data.map((v, p) => v / beta - from * (center[p % x0.dim] as number));
  return { ...x0, data };
}

function collect(engine: TrajectoryEngine, all: readonly Flown[], scheduler: Scheduler): ExactSamples {
  const w = zeros(all.length, engine.dim);
  for (const [b, { position }] of all.entries()) row(w, b).set(position);
  const leaders = all.map(({ leader }) => leader);
  return {
    index: Int32Array.from(all, ({ proof }) => proof?.atom ?? -1),
    x: takeRows(engine.atoms.points, leaders),
    proofs: all.map(({ proof }) => proof),
    w,
    error: Float64Array.from(all, ({ error }) => error),
    captureTime: Float64Array.from(all, ({ s }) => scheduler.timeOfSnr(s)),
    nfe: Int32Array.from(all, ({ nfe }) => nfe),
    tries: Int32Array.from(all, ({ tries }) => tries),
    engine: engine.name,
  };
}

function requireStart({ dim }: TrajectoryEngine, x0: Points, tolerance: number): void {
  if (x0.dim !== dim) {
    throw new RangeError(
      `Cannot follow trajectories: the noise has dim ${x0.dim}, the data have dim ${dim}; expected equal dims`,
    );
  }
  const bad = x0.data.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    throw new RangeError(
      `Cannot follow trajectories: coordinate ${bad % dim} of row ${Math.floor(bad / dim)} is ${x0.data[bad]}; expected finite numbers`,
    );
  }
  if (!(tolerance > 0 && tolerance < Infinity)) {
    throw new RangeError(`Cannot follow trajectories: the tolerance is ${tolerance}; expected a finite number above 0`);
  }
}
