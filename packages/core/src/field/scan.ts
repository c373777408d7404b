/**
 * One pass over atoms, as a mergeable partial state. For every query x the logits are
 * ℓ_i = log π_i − ‖x − αz_i‖²/(2v), and all sums are relative to exp(top), top = max ℓ_i. States of disjoint shards
 * merge exactly in mathematics and in a fixed order in arithmetic, so that the answer does not depend on who scanned what.
 */
import { type Points, zeros } from "../points/index.js";
import { logitsOf, type WeightedAtoms } from "./logits.js";
import { emptyTop, mergeTop, pushTop, type TopState } from "./top-weights.js";

/** Which scan: the signal α, the variance v of a component around αz_i, and what is wanted beyond the mean. */
export interface ScanQuery {
  readonly alpha: number;
  readonly variance: number;
  readonly spread: boolean;
  readonly top: number;
  readonly tangent: Points | undefined;
  /**
   * Which sums are wanted. "mean" suffices for the denoiser and the velocity; a backend may then leave out the others, and
   * answers as if there were one weight: top 0, mass and massSquared 1, logitSum 0, with ∞ for the errors `shift` and `mass`.
   * A state without its sums does not merge. It goes with no spread, no tangent and no list of the largest weights.
   * @defaultValue "all"
   */
  readonly sums?: "all" | "mean";
}

/** Partial state of one shard for B queries. */
export interface ScanState {
  /** Largest logit, [B]; −∞ before any atom. */
  readonly top: Float64Array;
  /** Σ w, w = exp(ℓ − top), [B]. */
  readonly mass: Float64Array;
  /** Σ w², [B]. */
  readonly massSquared: Float64Array;
  /** Σ w·(ℓ − top), [B]. */
  readonly logitSum: Float64Array;
  /** Σ w z / Σ w, [B, D]. */
  readonly mean: Points;
  /** Σ w ‖z − mean‖², [B]; zero unless `spread`. */
  readonly spread: Float64Array;
  /** Σ w (z − mean)((z − mean)·v), [B, D]; undefined unless `tangent`. */
  readonly tangent: Points | undefined;
  readonly best: TopState;
}

/** Atoms a block: the unit of the fixed merge order. */
export const BLOCK = 4096;

/**
 * Weights below e^−100 of the largest are dropped: even 10⁹ of them are less than 10⁻³⁴ of the sum, far below one rounding,
 * and a trace of the covariance loses less than 10⁻³⁴ of the squared diameter of the data.
 */
const NEGLIGIBLE = -100;

/** A state that has seen no atoms: the identity of `mergeScans`. */
export function emptyScan(size: number, dim: number, query: ScanQuery): ScanState {
  return {
    top: new Float64Array(size).fill(-Infinity),
    mass: new Float64Array(size),
    massSquared: new Float64Array(size),
    logitSum: new Float64Array(size),
    mean: zeros(size, dim),
    spread: new Float64Array(size),
    tangent: query.tangent && zeros(size, dim),
    best: emptyTop(size, query.top),
  };
}

/** Scans all atoms in blocks and merges the blocks from first to last. */
export function scanAtoms(atoms: WeightedAtoms, x: Points, query: ScanQuery): ScanState {
  let state = emptyScan(x.size, x.dim, query);
  for (let from = 0; from < atoms.points.size; from += BLOCK) {
    const block = scanBlock(atoms, x, query, from, Math.min(from + BLOCK, atoms.points.size));
    state = from === 0 ? block : mergeScans(state, block, query);
  }
  return state;
}

/** The partial state of atoms [from, to). */
export function scanBlock(atoms: WeightedAtoms, x: Points, query: ScanQuery, from: number, to: number): ScanState {
  const D = x.dim;
  const z = atoms.points.data;
  const state = emptyScan(x.size, D, query);
  const weights = new Float64Array(to - from); // logits first, then w
  for (let b = 0; b < x.size; b++) {
    const top = logitsOf(atoms, x.data.subarray(b * D, (b + 1) * D), query, weights, from);
    if (query.top > 0) pushTop(state.best, b, weights, from);
    const mean = state.mean.data.subarray(b * D, (b + 1) * D);
    let mass = 0;
    let massSquared = 0;
    let logitSum = 0;
    for (let i = 0; i < weights.length; i++) {
      const logit = weights[i] - top;
      const w = logit > NEGLIGIBLE ? Math.exp(logit) : 0;
      weights[i] = w;
      mass += w;
      massSquared += w * w;
      if (w > 0) logitSum += w * logit;
    }
    if (mass === 0) continue; // every weight of the block is zero: nothing was seen
    addRows(mean, z, weights, from);
    for (let d = 0; d < D; d++) mean[d] /= mass;
    state.top[b] = top;
    state.mass[b] = mass;
    state.massSquared[b] = massSquared;
    state.logitSum[b] = logitSum;
    if (query.spread || state.tangent) secondMoments(z, weights, from, state, b, query.tangent);
  }
  return state;
}

/** mean += Σ w_i z_i over atoms from, from + 1, …, four rows at a time; rows without weight are not read. */
function addRows(mean: Float64Array, z: Float64Array, weights: Float64Array, from: number): void {
  const D = mean.length;
  const at = [0, 0, 0, 0];
  const w = [0, 0, 0, 0];
  let held = 0;
  const add = (): void => {
    const [a, b, c, e] = at;
    const [p, q, r, s] = w;
    for (let d = 0; d < D; d++) mean[d] += p * z[a + d] + q * z[b + d] + (r * z[c + d] + s * z[e + d]);
  };
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    at[held] = (from + i) * D;
    w[held] = weights[i];
    if (++held < 4) continue;
    add();
    held = 0;
  }
  w.fill(0, held);
  if (held > 0) add();
}

/** Adds Σ w‖z − mean‖² and Σ w(z − mean)((z − mean)·v) of query b: a second pass, so that nothing cancels. */
function secondMoments(
  z: Float64Array,
  weights: Float64Array,
  from: number,
  state: ScanState,
  b: number,
  directions: Points | undefined,
): void {
  const D = state.mean.dim;
  const mean = state.mean.data.subarray(b * D, (b + 1) * D);
  const v = directions?.data.subarray(b * D, (b + 1) * D);
  const along = state.tangent?.data.subarray(b * D, (b + 1) * D);
  let spread = 0;
  for (let i = 0, at = from * D; i < weights.length; i++, at += D) {
    const w = weights[i];
    if (w === 0) continue;
    let squared = 0;
    for (let d = 0; d < D; d++) {
      const r = z[at + d] - mean[d];
      squared += r * r;
    }
    spread += w * squared;
    if (v === undefined || along === undefined) continue;
    let dot = 0;
    for (let d = 0; d < D; d++) dot += (z[at + d] - mean[d]) * v[d];
    for (let d = 0; d < D; d++) along[d] += w * dot * (z[at + d] - mean[d]);
  }
  state.spread[b] = spread;
}

/**
 * The state of the union of two disjoint shards; second moments by the pairwise update of [Chan1983]. The mean moves from
 * the heavier shard, so that a shard without weight changes nothing.
 */
export function mergeScans(p: ScanState, q: ScanState, query: ScanQuery): ScanState {
  const D = p.mean.dim;
  const out = emptyScan(p.top.length, D, query);
  for (let b = 0; b < out.top.length; b++) {
    const top = Math.max(p.top[b], q.top[b]);
    if (top === -Infinity) continue; // both empty
    const [shiftP, shiftQ] = [p.top[b] - top, q.top[b] - top];
    const [scaleP, scaleQ] = [Math.exp(shiftP), Math.exp(shiftQ)];
    const [massP, massQ] = [p.mass[b] * scaleP, q.mass[b] * scaleQ];
    const mass = massP + massQ;
    out.top[b] = top;
    out.mass[b] = mass;
    out.massSquared[b] = p.massSquared[b] * scaleP * scaleP + q.massSquared[b] * scaleQ * scaleQ;
    out.logitSum[b] = shifted(p.logitSum[b], p.mass[b], shiftP, scaleP) + shifted(q.logitSum[b], q.mass[b], shiftQ, scaleQ);
    const [heavy, light, share] = massP >= massQ ? [p.mean, q.mean, massQ / mass] : [q.mean, p.mean, massP / mass];
    let squared = 0;
    let dot = 0;
    for (let d = b * D; d < (b + 1) * D; d++) {
      const gap = light.data[d] - heavy.data[d];
      squared += gap * gap;
      if (query.tangent) dot += gap * query.tangent.data[d];
      out.mean.data[d] = heavy.data[d] + gap * share;
    }
    const between = massP * (massQ / mass);
    out.spread[b] = p.spread[b] * scaleP + q.spread[b] * scaleQ + between * squared;
    if (out.tangent && p.tangent && q.tangent) {
      for (let d = b * D; d < (b + 1) * D; d++) {
        const gap = light.data[d] - heavy.data[d];
        out.tangent.data[d] = p.tangent.data[d] * scaleP + q.tangent.data[d] * scaleQ + between * dot * gap;
      }
    }
  }
  mergeTop(p.best, q.best, out.best);
  return out;
}

/** Σ w(ℓ − top) after the reference moves from `top` to `top − shift`; an empty shard (shift = −∞) adds nothing. */
function shifted(logitSum: number, mass: number, shift: number, scale: number): number {
  return scale === 0 ? 0 : scale * (logitSum + shift * mass);
}
