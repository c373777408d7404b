import type { CaptureProof, Points, SolveOptions } from "@fluxion/core";
import type { Course, TrajectoryEngine } from "./course.js";
import { type Flight, flightOf } from "./flight.js";
import type { Frame } from "./frame.js";
import { sweeper } from "./stepper.js";

/** How a batch is flown. */
export interface FlyOptions {
  /** s at the start. */
  readonly from: number;
  readonly tolerance: number;
  readonly onProgress?: (underWay: number, s: number) => void;
  readonly signal?: SolveOptions["signal"];
}

/** The end of one row. */
export interface Flown {
  /** Undefined where it was given up. */
  readonly proof: CaptureProof | undefined;
  readonly leader: number;
  readonly s: number;
  readonly position: Float64Array;
  readonly error: number;
  readonly nfe: number;
  readonly tries: number;
}

/** A posterior weight above which a capture may be proved: before it, Σ λ_j d_j < min d_j/2 fails or the radius is nothing. */
const SETTLED = 0.9;
/** Log-odds that the error may have moved, in nats, while the estimate, which is linear in the error, is believed. */
const DOUBT = 1;
/** A radius of this many errors is proof enough: all but a few in a hundred errors were below their estimates. */
const MARGIN = 1.25;
/** Steps tried after which a row is given up. */
const MOST_STEPS = 1000;
/** s·R beyond which it is given up: its posterior settled on atoms that tie, so that it stands on the border of their basins. */
const FARTHEST = 1e9;
/** The first step at a tolerance of 1e-4, over the s at which trajectories begin to choose; measured on digits and clothes. */
const FIRST = 1.5;

/** Follows a batch from w_0, [B, D], until every row is captured or given up. */
export async function fly(engine: TrajectoryEngine, w0: Points, options: FlyOptions): Promise<Flown[]> {
  const course = await engine.launch(w0, options.tolerance);
  try {
    return await follow(engine, course, w0.size, options);
  } finally {
    course.close();
  }
}

async function follow(engine: TrajectoryEngine, course: Course, size: number, options: FlyOptions): Promise<Flown[]> {
  const ends: (Flown | undefined)[] = Array.from({ length: size }, () => undefined);
  const all = Array.from({ length: size }, (_, r) => r);
  let flight: Flight | undefined;
  for (const leg of course.legs) {
    const next = flightOf(size, leg.frame.width, options.from, firstStep(engine, options.tolerance));
    if (flight !== undefined) {
      carry(flight, next);
      await leg.enter?.(flight, next, all);
    }
    await flyLeg(engine, leg.frame, next, options, async (taken, tried) => {
      if (leg.leaving !== undefined) return await leg.leaving(next, taken);
      for (const [r, proof] of await captures(course, next, taken)) ends[r] = flownOf(course, next, r, proof);
      for (const r of all)
        if (ends[r] === undefined && isLost(next, r, engine.radius, tried)) ends[r] = flownOf(course, next, r, undefined);
      return all.filter((r) => ends[r] !== undefined);
    });
    flight = next;
  }
  return ends.filter((flown) => flown !== undefined);
}

/** Sweeps all rows until each has left; `leaving` is told which took a step, and says which leave. */
async function flyLeg(
  { dim, radius }: TrajectoryEngine,
  frame: Frame,
  flight: Flight,
  { tolerance, onProgress, signal }: FlyOptions,
  leaving: (taken: readonly number[], tried: number) => Promise<readonly number[]>,
): Promise<void> {
  const sweep = sweeper(flight, frame);
  let rows = Array.from({ length: flight.size }, (_, r) => r);
  for (let tried = 1; rows.length > 0; tried++) {
    if (signal?.aborted) {
      throw signal.reason ?? new Error("Cannot follow the trajectories to their ends: aborted; expected no abort");
    }
    const taken = await sweep(rows, { tolerance, dim, radius });
    const left = new Set(await leaving(taken, tried));
    rows = rows.filter((r) => !left.has(r));
    const least = rows.reduce((s, r) => Math.min(s, flight.s[r] as number), Infinity);
    onProgress?.(rows.length, least);
  }
}

/** What a row keeps from one leg to the next, whatever the coordinates. */
function carry(from: Flight, to: Flight): void {
  to.s.set(from.s);
  to.step.set(from.step);
  to.taken.set(from.taken);
  to.error.set(from.error);
  to.doubt.set(from.doubt);
  to.nfe.set(from.nfe);
  to.peak.set(from.peak);
  to.leader.set(from.leader);
  to.control.splice(0, from.size, ...from.control);
}

/** Rows among those that took a step that are captured with a radius above their error, with their proofs. */
async function captures(course: Course, flight: Flight, taken: readonly number[]): Promise<[row: number, proof: CaptureProof][]> {
  const { s, state, leader, error, doubt, peak } = flight;
  const rows = taken.filter((r) => (peak[r] as number) > SETTLED && (doubt[r] as number) <= DOUBT);
  if (rows.length === 0) return [];
  const wanted = error.map((e) => MARGIN * e);
  const proofs = await course.prove({ rows, s, state, leader, wanted });
  return rows.flatMap((r, n) => {
    const proof = proofs[n];
    return proof !== undefined && proof.radius >= (wanted[r] as number) ? [[r, proof] as [number, CaptureProof]] : [];
  });
}

/** Whether a row is to be given up: its error is beyond what an estimate can tell, or it has no end within reach. */
function isLost({ doubt, s }: Flight, r: number, radius: number, tried: number): boolean {
  return (doubt[r] as number) > DOUBT || (s[r] as number) * radius > FARTHEST || tried > MOST_STEPS;
}

function flownOf(course: Course, flight: Flight, r: number, proof: CaptureProof | undefined): Flown {
  return {
    proof,
    leader: flight.leader[r] as number,
    s: flight.s[r] as number,
    position: course.position(r, flight.state, flight.s[r] as number),
    error: flight.error[r] as number,
    nfe: flight.nfe[r] as number,
    tries: 1,
  };
}

/** The first step to try: the data of a Gaussian would turn at s = 1/√variance, and the error is of fifth order. */
function firstStep({ variance, radius }: TrajectoryEngine, tolerance: number): number {
  const turn = variance > 0 ? 1 / Math.sqrt(variance) : 1 / Math.max(radius, 1);
  return FIRST * turn * Math.min(1, (tolerance / 1e-4) ** 0.2);
}
