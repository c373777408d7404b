import type { CaptureProof } from "@fluxion/core";
import type { ExactSamples } from "@fluxion/kernels";
import type { DataSet } from "../data/index.js";
import { format, table } from "../terminal/index.js";
import type { OutArray } from "./write-arrays.js";

/** What stands for ∞, the radius of a proof where there is one data point alone: JSON has no infinity. */
const UNLIMITED = Number.MAX_VALUE;
/** Rows that a terminal shows. */
const SHOWN = 16;

/** Where a trajectory ends, as the output says it; `row` counts the data as given, −1 where nothing was proved. */
function endOf(samples: ExactSamples, set: DataSet, b: number) {
  const atom = samples.index[b] ?? -1;
  return {
    row: atom < 0 ? -1 : (set.firstRow[atom] ?? -1),
    captureTime: samples.captureTime[b] ?? 0,
    evaluations: samples.nfe[b] ?? 0,
    error: samples.error[b] ?? 0,
    proof: proofJson(samples.proofs[b]),
  };
}

function proofJson(proof: CaptureProof | undefined) {
  if (proof === undefined) return null;
  const { s, rho, dMin, radius } = proof;
  return { s, rho, dMin: Math.min(dMin, UNLIMITED), radius: Math.min(radius, UNLIMITED) };
}

/** Exact samples for machines: every end with its proof. */
export function exactSamplesJson(samples: ExactSamples, set: DataSet): Record<string, unknown> {
  const captured = samples.proofs.filter((proof) => proof !== undefined).length;
  return { engine: samples.engine, captured, ends: Array.from(samples.index, (_, b) => endOf(samples, set, b)) };
}

/** The arrays of an npz or json file beside the points: where they end, and the parts of the proofs, −1 where there is none. */
export function proofArrays(samples: ExactSamples, set: DataSet): Record<string, OutArray> {
  const { size, dim } = samples.x;
  const ends = Array.from({ length: size }, (_, b) => endOf(samples, set, b));
  const column = (of: (end: ReturnType<typeof endOf>) => number): OutArray => ({
    shape: [size],
    data: Float64Array.from(ends, of),
  });
  return {
    row: { shape: [size], data: Int32Array.from(ends, ({ row }) => row) },
    captureTime: column(({ captureTime }) => captureTime),
    error: column(({ error }) => error),
    s: column(({ proof }) => proof?.s ?? -1),
    rho: column(({ proof }) => proof?.rho ?? -1),
    dMin: column(({ proof }) => proof?.dMin ?? -1),
    radius: column(({ proof }) => proof?.radius ?? -1),
    w: { shape: [size, dim], data: samples.w.data },
  };
}

/** Exact samples for people. */
export function exactSamplesText(samples: ExactSamples, set: DataSet): string {
  const ends = Array.from(samples.index, (_, b) => endOf(samples, set, b));
  const captured = ends.filter(({ proof }) => proof !== null).length;
  const head = ["", "ends at row", "captured at t", "evaluations", "radius of the proof", "estimated error"];
  const body = ends
    .slice(0, SHOWN)
    .map(({ row, captureTime, evaluations, error, proof }, b) => [
      String(b),
      proof === null ? "not proved" : String(row),
      format.number(captureTime, 4),
      String(evaluations),
      proof === null ? "" : format.number(proof.radius, 3),
      format.number(error, 3),
    ]);
  const rest = ends.length > SHOWN ? `  … ${format.count(ends.length - SHOWN, "more")}; --out writes all\n` : "";
  const title = `${format.count(ends.length, "exact trajectory", "exact trajectories")} on ${samples.engine}, ${captured} proved to end at a data point\n`;
  return title + table([head, ...body], ["r", "r", "r", "r", "r", "r"]) + rest;
}
