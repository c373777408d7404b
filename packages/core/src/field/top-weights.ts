import type { TopWeights } from "./posterior.js";

/** The k largest logits of each query so far, largest first; ties by the smaller index. */
export interface TopState {
  readonly count: number;
  /** [B, k]; −1 where fewer than k atoms were seen. */
  readonly indices: Int32Array;
  /** [B, k]; −∞ where fewer than k atoms were seen. */
  readonly logits: Float64Array;
}

/** No atoms seen yet. */
export function emptyTop(size: number, count: number): TopState {
  return { count, indices: new Int32Array(size * count).fill(-1), logits: new Float64Array(size * count).fill(-Infinity) };
}

/** Inserts one (index, logit) into the list of query b; indices arrive in increasing order, so a tie goes behind. */
function insert({ count, indices, logits }: TopState, b: number, index: number, logit: number): void {
  const base = b * count;
  if (!(logit > logits[base + count - 1])) return;
  let at = base + count - 1;
  for (; at > base && logit > logits[at - 1]; at--) {
    logits[at] = logits[at - 1];
    indices[at] = indices[at - 1];
  }
  logits[at] = logit;
  indices[at] = index;
}

/** Inserts the logits of atoms from, from + 1, … of query b. */
export function pushTop(state: TopState, b: number, logits: Float64Array, from: number): void {
  for (let i = 0; i < logits.length; i++) insert(state, b, from + i, logits[i]);
}

/** Merges two lists into an empty one; p holds the smaller indices. */
export function mergeTop(p: TopState, q: TopState, out: TopState): void {
  const k = out.count;
  for (let at = 0; at < p.indices.length; at++) {
    if (p.indices[at] >= 0) insert(out, Math.floor(at / k), p.indices[at], p.logits[at]);
  }
  for (let at = 0; at < q.indices.length; at++) {
    if (q.indices[at] >= 0) insert(out, Math.floor(at / k), q.indices[at], q.logits[at]);
  }
}

/** Posterior weights from logits: exp(ℓ − top)/mass, with `top` and `mass` of each query as in a scan. */
export function topWeights(state: TopState, top: Float64Array, mass: Float64Array): TopWeights {
  const weights = state.logits.map((logit, at) => {
    const b = Math.floor(at / state.count);
    return Math.exp(logit - top[b]) / mass[b];
  });
  return { count: state.count, indices: state.indices, weights };
}
