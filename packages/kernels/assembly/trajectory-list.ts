// A stage of one trajectory over a list of atoms: in the first d coordinates of a rotated basis, where what lies beyond them
// is known for a while, or in all D coordinates.
import { madd, sums4 } from "./lanes";
import { addRow, dotRow, expFloats, largestLane, sumLanes } from "./trajectory-exp";

/** The data, in the order of its words. */
@unmanaged
export class ListData {
  /** y_i, [N] rows of `bytes` bytes, `stride` apart. */
  rows: u32;
  stride: u32;
  bytes: u32;
  /** y_i in the first d coordinates, [N, d] floats. */
  prefix: u32;
  /** d, a multiple of 16. */
  dim: i32;
  /** The first d vectors of the basis, [d] rows of `bytes` bytes. */
  basis: u32;
  /** ‖y_i‖²/2 and log π_i, [N] floats. */
  halfNorms: u32;
  bias: u32;
}

/** A row of the batch, in the order of its words. */
@unmanaged
export class ListRow {
  /** Atoms, ascending, and how many. */
  list: u32;
  count: i32;
  /** q_i = w_0·y_i, [N] floats. */
  noise: u32;
  /** m, `bytes` bytes. */
  state: u32;
  /** Σ w y goes here, `bytes` bytes. */
  out: u32;
  /** w of the list go here, [count] floats, rounded up to a multiple of 4. */
  weights: u32;
  s: f32;
  /** Written: Σ w, and the atom of the largest w, which is 1. */
  mass: f32;
  leader: i32;
}

/** A row of the batch in the first d coordinates, in the order of its words. */
@unmanaged
export class LeanRow {
  /** As in `ListRow`; m and Σ w y in the first d coordinates. */
  list: u32;
  count: i32;
  noise: u32;
  state: u32;
  out: u32;
  /** w of the list go here, [count] floats, rounded up to a multiple of 4, as the next two are. */
  weights: u32;
  /** What m beyond the first d coordinates adds to m·y_i, and its rate. */
  tails: u32;
  rates: u32;
  s: f32;
  /** How far s is beyond where the tails are those of now. */
  ahead: f32;
  reference: f32;
  /** Written: Σ w, the largest w, and its atom. */
  mass: f32;
  most: f32;
  leader: i32;
}

/** Bins of a histogram of positive floats: four to an octave, over 64 octaves below the largest. */
const BINS: i32 = 256;

/**
 * The least weight of those that are to be kept so that all others together have at most `share` of the mass of n weights,
 * none of them above `most`; uses `BINS` floats at `histogram`. The bits of positive floats are in the order of the floats.
 */
function leastKept(weights: usize, n: i32, share: f32, most: f32, histogram: usize): f32 {
  memory.fill(histogram, 0, BINS << 2);
  const top = reinterpret<i32>(most);
  let mass: f32 = 0;
  for (let i: usize = 0, end = <usize>n << 2; i < end; i += 4) {
    const w = load<f32>(weights + i);
    if (w == 0) continue;
    const bin = histogram + (<usize>max(0, BINS - 1 - ((top - reinterpret<i32>(w)) >> 21)) << 2);
    store<f32>(bin, load<f32>(bin) + w);
    mass += w;
  }
  let allowed = mass * share;
  for (let k: i32 = 0; k < BINS; k++) {
    allowed -= load<f32>(histogram + (<usize>k << 2));
    if (allowed < 0) return k == 0 ? 0 : reinterpret<f32>(top - ((BINS - k) << 21) + 1);
  }
  return most;
}

/** w = exp(ℓ − top) of n logits, a multiple of 4; returns Σ w. */
function weigh(logits: usize, n: i32, top: f32, weights: usize): f32 {
  const reference = f32x4.splat(top);
  let mass = f32x4.splat(0);
  for (let i: usize = 0, end = <usize>n << 2; i < end; i += 16) {
    const w = expFloats(f32x4.sub(v128.load(logits + i), reference));
    v128.store(weights + i, w);
    mass = f32x4.add(mass, w);
  }
  return sumLanes(mass);
}

/** The largest of n floats, a multiple of 4. */
function largest(values: usize, n: i32): f32 {
  let most = v128.load(values);
  for (let i: usize = 16, end = <usize>n << 2; i < end; i += 16) most = f32x4.pmax(most, v128.load(values + i));
  return largestLane(most);
}

/** ℓ = s(m·y + q) − s²‖y‖²/2 + log π. */
// @ts-ignore: decorator
@inline
function logitOf(set: ListData, row: ListRow, atom: usize, dot: f32): f32 {
  const p = atom << 2, s = row.s;
  return s * (dot + load<f32>(<usize>row.noise + p) - s * load<f32>(<usize>set.halfNorms + p)) + load<f32>(<usize>set.bias + p);
}

/** Weights of a list from its logits at `logits`; finds the leader. */
function settle(row: ListRow, logits: usize): void {
  const count = row.count, padded = (count + 3) & ~3;
  for (let i = count; i < padded; i++) store<f32>(logits + (<usize>i << 2), -1e30);
  row.mass = weigh(logits, padded, largest(logits, padded), <usize>row.weights);
  let at: usize = 0;
  while (load<f32>(<usize>row.weights + at) < 1) at += 4; // exp(0) = 1
  row.leader = load<i32>(<usize>row.list + at);
}

/** Atoms taken at a time: their rows stay in the first cache between the logits and the sums. */
const FEW: i32 = 64;
/** Weights below this part of the largest are not summed: 10⁴ of them are below the rounding of the sums. */
const LEAST: f32 = 1e-9;

/**
 * A stage in the first d coordinates, with what is known of the others. Weights are relative to exp(reference), a guess of
 * log Z, and the largest of them is written: where it is far from 1 the caller asks again. Needs 256 bytes of workspace.
 */
export function leanStage(workspace: usize, data: usize, at: usize): void {
  const set = changetype<ListData>(data), row = changetype<LeanRow>(at);
  const wide = <usize>set.dim << 2, state = <usize>row.state, out = <usize>row.out, prefix = <usize>set.prefix;
  const s = row.s, ahead = row.ahead, reference = f32x4.splat(row.reference);
  memory.fill(out, 0, wide);
  let mass = f32x4.splat(0);
  let most: f32 = -1;
  for (let from: i32 = 0; from < row.count; from += FEW) {
    const n = min(FEW, row.count - from), padded = (n + 3) & ~3;
    const list = <usize>row.list + (<usize>from << 2), weights = <usize>row.weights + (<usize>from << 2);
    const tails = <usize>row.tails + (<usize>from << 2), rates = <usize>row.rates + (<usize>from << 2);
    for (let i: usize = 0, end = <usize>padded << 2; i < end; i += 16) {
      const last = <usize>(n - 1) << 2;
      const a = <usize>load<u32>(list + i), b = <usize>load<u32>(list + min(i + 4, last)), c = <usize>load<u32>(list + min(i + 8, last)), e = <usize>load<u32>(list + min(i + 12, last));
      const dots = fourDots(state, prefix + a * wide, prefix + b * wide, prefix + c * wide, prefix + e * wide, wide);
      const q = four(row.noise, a, b, c, e), h = four(set.halfNorms, a, b, c, e), g = four(set.bias, a, b, c, e);
      const tail = madd(f32x4.splat(ahead), v128.load(rates + i), v128.load(tails + i));
      const logit = madd(f32x4.splat(s), f32x4.sub(f32x4.add(f32x4.add(dots, tail), q), f32x4.mul(f32x4.splat(s), h)), f32x4.sub(g, reference));
      v128.store(weights + i, expFloats(f32x4.pmin(logit, f32x4.splat(80.0))));
    }
    for (let i = n; i < padded; i++) store<f32>(weights + (<usize>i << 2), 0);
    for (let i: usize = 0, end = <usize>padded << 2; i < end; i += 16) mass = f32x4.add(mass, v128.load(weights + i));
    most = sumFew(row, list, weights, n, most, workspace, prefix, wide);
  }
  row.mass = sumLanes(mass);
  row.most = most;
}

/** Adds Σ w y over a few atoms, those that weigh something, four at a time; keeps the leader. Returns the largest w so far. */
function sumFew(row: LeanRow, list: usize, weights: usize, n: i32, most: f32, chosen: usize, prefix: usize, wide: usize): f32 {
  let held: usize = 0;
  for (let i: usize = 0, end = <usize>n << 2; i < end; i += 4) {
    const w = load<f32>(weights + i);
    if (w > most) {
      most = w;
      row.leader = load<i32>(list + i);
    }
    store<u32>(chosen + held, <u32>i);
    held += w > most * LEAST ? 4 : 0;
  }
  const out = <usize>row.out;
  let k: usize = 0;
  for (; k + 12 < held; k += 16) {
    const a = <usize>load<u32>(chosen + k), b = <usize>load<u32>(chosen + k, 4), c = <usize>load<u32>(chosen + k, 8), e = <usize>load<u32>(chosen + k, 12);
    const p = prefix + <usize>load<u32>(list + a) * wide, q = prefix + <usize>load<u32>(list + b) * wide;
    const r = prefix + <usize>load<u32>(list + c) * wide, t = prefix + <usize>load<u32>(list + e) * wide;
    const wa = v128.load32_splat(weights + a), wb = v128.load32_splat(weights + b), wc = v128.load32_splat(weights + c), we = v128.load32_splat(weights + e);
    for (let d: usize = 0; d < wide; d += 16) {
      const left = madd(wa, v128.load(p + d), madd(wb, v128.load(q + d), v128.load(out + d)));
      v128.store(out + d, madd(wc, v128.load(r + d), madd(we, v128.load(t + d), left)));
    }
  }
  for (; k < held; k += 4) {
    const a = <usize>load<u32>(chosen + k);
    addRow(load<f32>(weights + a), prefix + <usize>load<u32>(list + a) * wide, wide, out);
  }
  return most;
}

/** Floats of an array at four atoms. */
// @ts-ignore: decorator
@inline
function four(values: u32, a: usize, b: usize, c: usize, e: usize): v128 {
  const at = <usize>values;
  let v = v128.load32_splat(at + (a << 2));
  v = v128.load_lane<f32>(at + (b << 2), v, 1);
  v = v128.load_lane<f32>(at + (c << 2), v, 2);
  return v128.load_lane<f32>(at + (e << 2), v, 3);
}

/** x·p, x·q, x·r, x·t over `bytes` bytes of floats. */
// @ts-ignore: decorator
@inline
function fourDots(x: usize, p: usize, q: usize, r: usize, t: usize, bytes: usize): v128 {
  let a = f32x4.splat(0), b = a, c = a, e = a;
  for (let k: usize = 0; k < bytes; k += 16) {
    const v = v128.load(x + k);
    a = madd(v, v128.load(p + k), a);
    b = madd(v, v128.load(q + k), b);
    c = madd(v, v128.load(r + k), c);
    e = madd(v, v128.load(t + k), e);
  }
  return sums4(a, b, c, e);
}

/** A stage in all coordinates. Needs 4·count + 16 bytes of workspace. */
export function fullStage(workspace: usize, data: usize, at: usize): void {
  const set = changetype<ListData>(data), row = changetype<ListRow>(at);
  const stride = <usize>set.stride, bytes = <usize>set.bytes;
  for (let i: usize = 0, end = <usize>row.count << 2; i < end; i += 4) {
    const atom = <usize>load<u32>(<usize>row.list + i);
    store<f32>(workspace + i, logitOf(set, row, atom, dotRow(<usize>set.rows + atom * stride, <usize>row.state, bytes)));
  }
  settle(row, workspace);
  sumListed(row, <usize>row.weights, <usize>set.rows, stride, bytes, <usize>row.out);
}

/** out = Σ w y over a list, from rows `stride` bytes apart. */
// @ts-ignore: decorator
@inline
function sumListed(row: ListRow, weights: usize, rows: usize, stride: usize, bytes: usize, out: usize): void {
  memory.fill(out, 0, bytes);
  for (let i: usize = 0, end = <usize>row.count << 2; i < end; i += 4) {
    const w = load<f32>(weights + i);
    if (w != 0) addRow(w, rows + <usize>load<u32>(<usize>row.list + i) * stride, bytes, out);
  }
}

/** What a row keeps beyond the first d coordinates, in the order of its words. */
@unmanaged
export class TailRow {
  list: u32;
  count: i32;
  /** How much each weight summed to over the last step, [count] floats. */
  spent: u32;
  /** Weights now, the largest of them, and 1/Σ w. */
  weights: u32;
  scale: f32;
  most: f32;
  /** m beyond the first d coordinates, and its rate, `bytes` bytes each; the first is read, with anything within them. */
  state: u32;
  rate: u32;
  /** m·y and its rate of the listed atoms that are heavy, beyond the first d coordinates; others keep what they had. */
  tails: u32;
  rates: u32;
  /** Share of the mass that is not heavy. */
  share: f32;
}

/**
 * Carries what is beyond the first d coordinates over a step: m += Σ c y, dm/ds = Σ λ y, and the dot products of both with
 * the atoms that weigh most. Needs 1024 + 4·d bytes of workspace.
 */
export function refreshTails(workspace: usize, data: usize, at: usize): void {
  const set = changetype<ListData>(data), row = changetype<TailRow>(at);
  const bytes = <usize>set.bytes, stride = <usize>set.stride, state = <usize>row.state, rate = <usize>row.rate;
  const least = leastKept(<usize>row.weights, row.count, row.share, row.most, workspace);
  memory.fill(rate, 0, bytes);
  const end = <usize>row.count << 2;
  for (let i: usize = 0; i < end; i += 4) {
    const w = load<f32>(<usize>row.weights + i);
    if (w < least) continue;
    const y = <usize>set.rows + <usize>load<u32>(<usize>row.list + i) * stride;
    addRow(load<f32>(<usize>row.spent + i), y, bytes, state);
    addRow(w * row.scale, y, bytes, rate);
  }
  leave(set, state, workspace);
  leave(set, rate, workspace);
  for (let i: usize = 0; i < end; i += 4) {
    if (load<f32>(<usize>row.weights + i) < least) continue;
    const y = <usize>set.rows + <usize>load<u32>(<usize>row.list + i) * stride;
    store<f32>(<usize>row.tails + i, dotRow(y, state, bytes));
    store<f32>(<usize>row.rates + i, dotRow(y, rate, bytes));
  }
}

/** v ← v − Vᵀ(V v): what is beyond the first d coordinates. */
function leave(set: ListData, v: usize, workspace: usize): void {
  const bytes = <usize>set.bytes;
  for (let k: usize = 0; k < <usize>set.dim; k++) store<f32>(workspace + (k << 2), dotRow(<usize>set.basis + k * bytes, v, bytes));
  for (let k: usize = 0; k < <usize>set.dim; k++) addRow(-load<f32>(workspace + (k << 2)), <usize>set.basis + k * bytes, bytes, v);
}

/**
 * Lists the atoms to keep so that all others together have at most `share` of the mass of n weights, none above `most`: i, or
 * list[i] where `list` is not 0. Writes how many there are, then the atoms, to `out`, which may be `list` − 4; packs the
 * arrays at `first` and `second`, where they are not 0, to the same order. Needs 1024 bytes of workspace.
 */
export function keepHeaviest(workspace: usize, weights: usize, n: i32, share: f32, most: f32, list: usize, out: usize, first: usize, second: usize): void {
  const least = leastKept(weights, n, share, most, workspace);
  let to: usize = 0;
  for (let i: usize = 0, end = <usize>n << 2; i < end; i += 4) {
    const w = load<f32>(weights + i);
    if (w < least || w == 0) continue;
    store<u32>(out + 4 + to, list == 0 ? <u32>(i >> 2) : load<u32>(list + i));
    if (first) store<f32>(first + to, load<f32>(first + i));
    if (second) store<f32>(second + to, load<f32>(second + i));
    to += 4;
  }
  store<i32>(out, <i32>(to >> 2));
}
