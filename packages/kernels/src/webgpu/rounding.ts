import { gamma, outward, type Points, type ScanError, type ScanQuery, type ScanState, unitRoundoff } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import { CHUNK, type RowLayout, TILE } from "./layout.js";
import type { AtomScale, PreparedQuery } from "./prepare.js";
import { CUT } from "./weigh-shader.js";

/**
 * Largest relative error of +, − and × in float32 on a device. WGSL has no rounding mode: a result may be either neighbour
 * of the true value, so this is a whole unit in the last place and not half of one. [WGSL2026, §15.7.4]
 */
export const DEVICE_ROUNDING: number = 2 ** -23;
/** Smallest normal float32: operands and results below it may be replaced by zero. [WGSL2026, §15.7.2] */
const SMALLEST = 2 ** -126;
/** A quotient is off by at most 2.5 units in the last place. [WGSL2026, §15.7.4] */
const DIVISION = 2.5 * DEVICE_ROUNDING;
/**
 * What happens to a weight after its logit, in nats: exp is off by at most 3 + 2|ℓ − top| units in the last place and ℓ − top
 * by one, and no weight is further than CUT below the top. [WGSL2026, §15.7.4]
 */
const WEIGHT = -Math.log1p(-(3 - 3 * CUT) * DEVICE_ROUNDING);

const HOST = unitRoundoff.float64;
const STORE = unitRoundoff.float32;

/** γ_n of the device. */
export const deviceGamma = (n: number): number => gamma(n, DEVICE_ROUNDING);

/** Most roundings that one term meets on its way into a sum of each kind. */
export interface Depths {
  /** A product q_d·y_d, into a logit. */
  readonly logit: number;
  /** A weight, into Σw, Σw² or Σw(ℓ − top) of a chunk. */
  readonly mass: number;
  /** A product w·y_d, into Σw y of a chunk. */
  readonly mean: number;
  /** A difference y_d − m_d, into Σw‖y − m‖² of a tile or chunk. */
  readonly spread: number;
  /** The same into Σw(y − m)((y − m)·v). */
  readonly tangent: number;
}

/**
 * The depths of the kernels. An implementation may reassociate the operations of an expression and contract a product with a
 * sum, but not reorder statements: adding four terms in one statement counts as four additions, and each level of sums
 * is a statement of its own. [WGSL2026, §15.7.5]
 *
 * Tiled: one multiplication, at most 16 additions in a step, 16 steps, then ⌈·/256⌉ of these; of weights, 16 in one lane and
 * the tree over 256 lanes. Streamed, never with directions: a logit is one expression, taken to be no better than a tiled
 * one, which a recheck brings back; sums have 64 terms in a tile, and 64 tiles in a chunk.
 */
export function depthsOf({ quads }: RowLayout, atoms: number, streamed: boolean): Depths {
  const width = 4 * quads;
  const inChunk = Math.min(atoms, CHUNK);
  if (streamed) {
    const sum = 2 + Math.min(inChunk, TILE) + Math.ceil(inChunk / TILE);
    return { logit: 3 + width, mass: sum, mean: sum, spread: 3 + width + sum, tangent: 0 };
  }
  const threeLevels = (terms: number): number =>
    1 + Math.min(terms, 16) + Math.min(Math.ceil(terms / 16), 16) + Math.ceil(terms / 256);
  return {
    logit: threeLevels(width),
    mass: 2 + Math.ceil(inChunk / 256) + 8,
    mean: threeLevels(inChunk),
    spread: 2 + threeLevels(width) + 5 + 16,
    tangent: 3 + threeLevels(width) + threeLevels(inChunk), // two differences, w·(…), and v that is rounded by half a unit
  };
}

/**
 * Bounds of what the device does to a scan; `state` is what it gave.
 *
 * Logit. With Q = ‖q‖ and Y = max ‖y‖ in device units, M = max |bias|, u = 2⁻²³: the products γ_n·QY by Cauchy's inequality,
 * rounding of q and of the bias on the host 2⁻²⁴(QY + M), the addition of the two u(QY + M), zeros in place of denormals
 * 2⁻¹²⁶(4P + √P(Q + Y)). Stored for true atoms, ‖e_i‖ ≤ e: (α/v)‖x − αc‖e + (α²/v)(Re + e²/2). Then what happens to a weight, and
 * γ_mass where the mass of a chunk decides its share among others.
 *
 * Mean. Σŵy has an error of at most γ_mean·RΣŵ, its denominator γ_mass, the division 2.5u; stored atoms are off by e.
 *
 * Skipped. N weights below e^CUT of the largest, by computed logits.
 */
export function deviceError(
  bound: BoundAtoms,
  { unit, norm, kept }: AtomScale,
  { depths, layout, prepared, x }: DeviceScan,
  { alpha, variance }: Pick<ScanQuery, "alpha" | "variance">,
  state: Pick<ScanState, "top" | "mass">,
): ScanError {
  const [rate, curvature] = [alpha / variance, (alpha * alpha) / variance];
  const centerNorm = alpha * lengthOf(bound.center) * (1 + (x.dim + 4) * HOST);
  const chunks = Math.ceil(kept.length / CHUNK);
  const merges = gamma(16 * chunks); // in float64
  const weights = WEIGHT + (chunks > 1 ? deviceGamma(depths.mass) + merges : 0);
  const sums = deviceGamma(depths.mean) + deviceGamma(depths.mass) + DIVISION;
  const width = 4 * layout.quads;
  const M = prepared.biasNorm + Math.abs(prepared.middle);
  const enlarge = 1 + 2 ** -12; // products of errors, and lengths that are themselves rounded
  const error: ScanError = {
    logit: new Float64Array(x.size).fill(Infinity),
    shift: new Float64Array(x.size).fill(Infinity),
    mean: new Float64Array(x.size).fill(Infinity),
    mass: new Float64Array(x.size).fill(deviceGamma(Math.max(depths.mass, depths.spread, depths.tangent + 1)) + merges),
    skipped: new Float64Array(x.size).fill(1),
  };
  for (let b = 0; b < x.size; b++) {
    const Q = prepared.norm[b] ?? Infinity;
    const distance = prepared.distance[b] ?? Infinity;
    const mass = state.mass[b] ?? 0;
    if (!(Q < Infinity && mass > 0 && mass < Infinity)) continue; // beyond float32: nothing is known
    const QY = (Q * norm) / unit;
    const products = (deviceGamma(depths.logit) + STORE + DEVICE_ROUNDING) * QY;
    const bias = (STORE + DEVICE_ROUNDING) * prepared.biasNorm;
    const flushed = SMALLEST * (4 * width + Math.sqrt(width) * (Q + norm / unit));
    const host = HOST * (8 * rate * (distance + centerNorm) * norm + (x.dim + 8) * curvature * norm * norm + 4 * M);
    const stored = storageLogit(bound, { alpha, variance, distance, norm });
    const delta = outward(enlarge * (products + bias + flushed + host + stored + weights));
    const squared = ((x.dim + 8) * distance + 4 * centerNorm) * (distance / variance);
    error.logit[b] = delta;
    error.shift[b] = outward(enlarge * HOST * (squared + 8 * (M + Math.abs(state.top[b] ?? 0))));
    const center = 4 * HOST * (norm + lengthOf(bound.center)) * (1 + chunks);
    error.mean[b] = outward(enlarge * (norm * sums + center + bound.storageError) + unit * SMALLEST * CHUNK * Math.sqrt(width));
    error.skipped[b] = Math.min(1, outward(kept.length * Math.exp(CUT + 2 * delta + 1e-4)));
  }
  return error;
}

/** What a scan put on the device, and how. */
export interface DeviceScan {
  readonly depths: Depths;
  readonly layout: RowLayout;
  readonly prepared: PreparedQuery;
  readonly x: Points;
}

/** By how much the logits of the stored atoms may differ from those of the true ones, for ‖x − αc‖ = `distance`. */
export function storageLogit(
  { storageError: e }: Pick<BoundAtoms, "storageError">,
  { alpha, variance, distance, norm }: { alpha: number; variance: number; distance: number; norm: number },
): number {
  return (alpha / variance) * (distance * e + alpha * (norm * e + (e * e) / 2));
}

/** ‖v‖. */
const lengthOf = (vector: Float64Array): number => Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
