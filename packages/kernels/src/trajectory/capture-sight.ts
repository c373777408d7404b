import type { CaptureGaps } from "@fluxion/core";
import type { CaptureGround } from "./capture-ground.js";
import type { CaptureQuestion } from "./course.js";
import { roundingsOf } from "./dense-products.js";
import { leadingCoordinates } from "./leading-coordinates.js";
import { dotRows } from "./row.js";

/** Unit roundoff of float32. */
const U = 2 ** -24;
/** Nats below the captor beyond which an atom is far, and the same less what rounding may take from it. */
const REACH = 40;
const FAR = 39;
/** Atoms this part of the radius of the data away need no exact distance. */
const APART = 0.05;
/** How much more than the wanted radius is tried. */
const ROOMY = 1.25;

/** One row as its captor sees it, with bounds on the rounding of everything that is said of it. */
export interface CaptureSight {
  readonly row: number;
  readonly atom: number;
  readonly s: number;
  /** m, [D], and its coordinates in the leading directions, [d]. */
  readonly state: Float64Array;
  readonly leading: Float64Array;
  /** A_i = w·y_i − s‖y_i‖²/2 of the captor, from the data in float64. */
  readonly home: number;
  /** No less than the error of a difference A_i − A_j with dot products in full. */
  readonly gapError: number;
  /** No less than the error of a squared distance with dot products in full. */
  readonly squareError: number;
  /** The radius within which far atoms were shown to be far, and the distance at which. */
  readonly radius: number;
  readonly apart: number;
  /** The floats of a `CaptureRow`, from `s` on. */
  readonly numbers: readonly number[];
}

/**
 * Looks from the captor of a row. With A_j = w·y_j − s‖y_j‖²/2 a gap is h_j = A_i − A_j. Its errors: dot products in
 * float32 (some 40 roundings of q, D/16 + 8 of m·y in full, d + 42 in the first coordinates), the storage of the data, and the
 * basis where it is not quite orthonormal. [Higham2002, §3.1]
 */
export function sightOf(ground: CaptureGround, { s, state, leader, wanted }: CaptureQuestion, row: number): CaptureSight {
  const { atoms, data, start, dense } = ground;
  const { dim: D, prefixDim: d, radius: R, storageError, skew, center } = atoms;
  const atom = leader[row] as number;
  const at = s[row] as number;
  const m = state.slice(row * D, (row + 1) * D);
  let [along, squared, noise, moved] = [0, 0, 0, 0];
  for (let k = 0; k < D; k++) {
    const y = (data.points.data[atom * D + k] as number) - (center[k] as number);
    const w0 = start[row * D + k] as number;
    along += (w0 + (m[k] as number)) * y;
    squared += y * y;
    noise += w0 * w0;
    moved += (m[k] as number) ** 2;
  }
  const [noiseNorm, norm] = [Math.sqrt(noise) * (1 + U), Math.sqrt(moved) * (1 + U)];
  const size = (noiseNorm + norm) * R + (at * R * R) / 2; // bounds |A_j| and the terms it is summed from
  const common = noiseNorm * R * roundingsOf(dense) * U * 1.01 + (noiseNorm + norm + 2 * at * R) * storageError + 1e-12 * size;
  const inFull = norm * R * (D / 16 + 10) * U * 1.01;
  const inPart = norm * R * ((d + 44) * U * 1.01 + skew);
  const home = along - (at * squared) / 2;
  const coarse = 2 * common + inPart + 8 * U * size;
  const apart = APART * R;
  const tail = (arena: Float32Array): number => arena[atom] as number;
  const atomTail = tail(ground.pool.arena.f32(atoms.tails, atoms.size));
  const prefixError = 2 * R * R * ((d + 44) * U * 1.01 + skew) + R * R * 2 ** -17 + 8 * storageError * (R + storageError);
  const radius = ROOMY * (wanted[row] as number);
  const leading = leadingCoordinates(ground.pool.arena, atoms, m, new Float64Array(d));
  const shownNorm = Math.max(squared - atomTail * atomTail, 0);
  const stateTail = Math.sqrt(Math.max(moved - dotRows(leading, leading) / (1 + skew), 0) + moved * 2 ** -18) * (1 + 2 ** -20);
  return {
    row,
    atom,
    s: at,
    state: m,
    leading,
    home,
    gapError: 2 * common + inFull + 4 * U * size,
    squareError: 2 * R * R * (D / 16 + 12) * U * 1.01 + 8 * storageError * (R + storageError),
    radius,
    apart,
    numbers: [
      at,
      home - coarse,
      stateTail,
      atomTail,
      shownNorm,
      prefixError,
      radius,
      REACH,
      apart * apart,
      data.logWeights[atom] as number,
    ],
  };
}

/**
 * Bounds for the atoms that are near, from [m·y_j, y_i·y_j] of each, and one more that stands for all far ones: together they
 * weigh no more than N e^−39 within the radius, and none of them is farther than the diameter.
 */
export function gapsOf(ground: CaptureGround, sight: CaptureSight, near: Int32Array, products: Float32Array): CaptureGaps {
  const { atoms, data, noise, pool } = ground;
  const { s, atom, home, gapError, squareError, radius, apart } = sight;
  const { radius: R, norms } = atoms;
  const q = pool.arena.f32(noise.address + sight.row * noise.stride, atoms.size);
  const gap = new Float64Array(near.length + 1);
  const distance = new Float64Array(near.length + 1);
  const logRatio = new Float64Array(near.length + 1);
  let least = apart;
  for (let n = 0; n < near.length; n++) {
    const j = near[n] as number;
    const there = (q[j] as number) + (products[2 * n] as number) - s * (norms[j] as number);
    gap[n] = home - there - gapError;
    const squared = 2 * ((norms[atom] as number) + (norms[j] as number) - (products[2 * n + 1] as number));
    const close = squared < 64 * squareError;
    const exact = close ? distanceOf(data.points.data, atoms.dim, atom, j) : 0;
    distance[n] = close ? exact * (1 + 1e-12) : Math.sqrt(squared + squareError);
    least = Math.min(least, close ? exact * (1 - 1e-12) : Math.sqrt(squared - squareError));
    logRatio[n] = ((data.logWeights[j] as number) - (data.logWeights[atom] as number)) * (1 + 4 * Number.EPSILON) + 1e-14;
  }
  gap[near.length] = FAR / s + radius * 2 * R;
  distance[near.length] = 2 * R;
  logRatio[near.length] = Math.log(atoms.size);
  return { s, atom, gap, distance, logRatio, dMin: least };
}

function distanceOf(z: Float64Array, D: number, i: number, j: number): number {
  let squared = 0;
  for (let d = 0; d < D; d++) squared += ((z[i * D + d] as number) - (z[j * D + d] as number)) ** 2;
  return Math.sqrt(squared);
}
