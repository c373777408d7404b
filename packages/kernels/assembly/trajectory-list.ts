// A stage of one trajectory over a list of atoms: all D coordinates for those that weigh most, the first d of a rotated basis
// for the others.
import { madd, sums4 } from "./lanes";
import { addRow, dotRow, expFloats } from "./trajectory-exp";

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
  /** Weights are relative to exp(reference), a guess of log Z: where the largest is far from 1 the caller asks again. */
  reference: f32;
  /** Share of the mass whose logits are those of the first d coordinates. */
  light: f32;
  /** Written: Σ w, the largest w, and its atom. */
  mass: f32;
  most: f32;
  leader: i32;
}

/** Atoms taken at a time: their rows stay in the second cache between the logits and the sums. */
const FEW: i32 = 32;
/** Weights below this part of the largest are not summed: 10⁴ of them are below the rounding of the sums. */
const LEAST: f32 = 1e-9;

/** Needs 8·d + 1024 + 512 bytes of workspace. */
export function listStage(workspace: usize, data: usize, at: usize): void {
  const set = changetype<ListData>(data), row = changetype<ListRow>(at);
  const bytes = <usize>set.bytes, wide = <usize>set.dim << 2, weights = <usize>row.weights;
  const state = workspace, sums = state + wide, histogram = sums + wide, chosen = histogram + (BINS << 2);
  const light = row.light > 0 && row.count > 0;
  let least: f32 = 0;
  if (light) {
    for (let k: usize = 0; k < <usize>set.dim; k++) store<f32>(state + (k << 2), dotRow(<usize>set.basis + k * bytes, <usize>row.state, bytes));
    for (let from: i32 = 0; from < row.count; from += 4) weighFour(set, row, from, state, <usize>set.prefix, wide, wide);
    least = leastKept(weights, row.count, row.light, largest(weights, row.count), histogram);
  }
  memory.fill(sums, 0, wide);
  memory.fill(<usize>row.out, 0, bytes);
  let mass: f32 = 0, most: f32 = 0;
  for (let from: i32 = 0; from < row.count; from += FEW) {
    const list = <usize>row.list + (<usize>from << 2), w = weights + (<usize>from << 2);
    const heavy = choose(w, min(FEW, row.count - from), least, chosen);
    for (let k: usize = 0; k < heavy; k += 16) weighChosen(set, row, list, w, chosen + k, <i32>((heavy - k) >> 2));
    for (let i: i32 = 0; i < FEW && from + i < row.count; i++) {
      const v = load<f32>(w + (<usize>i << 2));
      mass += v;
      if (v <= most) continue;
      most = v;
      row.leader = load<i32>(list + (<usize>i << 2));
    }
    const skip = most * LEAST;
    addChosen(list, w, chosen, heavy, skip, <usize>set.rows, <usize>set.stride, bytes, <usize>row.out);
    if (light) addChosen(list, w, chosen + 256, load<u32>(chosen + 508), skip, <usize>set.prefix, wide, wide, sums);
  }
  if (light) for (let k: usize = 0; k < <usize>set.dim; k++) addRow(load<f32>(sums + (k << 2)), <usize>set.basis + k * bytes, bytes, <usize>row.out);
  row.mass = mass;
  row.most = most;
}

/** The largest of n floats. */
function largest(values: usize, n: i32): f32 {
  let most = load<f32>(values);
  for (let i: usize = 4, end = <usize>n << 2; i < end; i += 4) most = max(most, load<f32>(values + i));
  return most;
}

/** Offsets of the weights not below `least`, at `chosen`, and of the others at `chosen` + 256; four times their numbers are returned, and at `chosen` + 508. */
function choose(weights: usize, n: i32, least: f32, chosen: usize): usize {
  let heavy: usize = 0, light: usize = 0;
  for (let i: usize = 0, end = <usize>n << 2; i < end; i += 4) {
    const is = least == 0 || load<f32>(weights + i) >= least;
    store<u32>(chosen + heavy, <u32>i);
    store<u32>(chosen + 256 + light, <u32>i);
    heavy += is ? 4 : 0;
    light += is ? 0 : 4;
  }
  store<u32>(chosen + 508, <u32>light);
  return heavy;
}

/** Weights of four atoms of the list from the dot products of their rows with a state. */
// @ts-ignore: decorator
@inline
function weighFour(set: ListData, row: ListRow, from: i32, state: usize, rows: usize, stride: usize, bytes: usize): void {
  const last = <usize>(row.count - 1) << 2, i = <usize>from << 2, list = <usize>row.list;
  const a = <usize>load<u32>(list + i), b = <usize>load<u32>(list + min(i + 4, last)), c = <usize>load<u32>(list + min(i + 8, last)), e = <usize>load<u32>(list + min(i + 12, last));
  v128.store(<usize>row.weights + i, weightsOf(set, row, fourDots(state, rows + a * stride, rows + b * stride, rows + c * stride, rows + e * stride, bytes), a, b, c, e));
}

/** Weights in all coordinates of up to four atoms chosen from a few. */
// @ts-ignore: decorator
@inline
function weighChosen(set: ListData, row: ListRow, list: usize, weights: usize, chosen: usize, n: i32): void {
  const p = <usize>load<u32>(chosen), q = n > 1 ? <usize>load<u32>(chosen, 4) : p, r = n > 2 ? <usize>load<u32>(chosen, 8) : p, t = n > 3 ? <usize>load<u32>(chosen, 12) : p;
  const a = <usize>load<u32>(list + p), b = <usize>load<u32>(list + q), c = <usize>load<u32>(list + r), e = <usize>load<u32>(list + t);
  const rows = <usize>set.rows, stride = <usize>set.stride;
  const dots = fourDots(<usize>row.state, rows + a * stride, rows + b * stride, rows + c * stride, rows + e * stride, <usize>set.bytes);
  const w = weightsOf(set, row, dots, a, b, c, e);
  store<f32>(weights + t, f32x4.extract_lane(w, 3));
  store<f32>(weights + r, f32x4.extract_lane(w, 2));
  store<f32>(weights + q, f32x4.extract_lane(w, 1));
  store<f32>(weights + p, f32x4.extract_lane(w, 0));
}

/** exp(s(m·y + q) − s²‖y‖²/2 + log π − reference) of four atoms. */
// @ts-ignore: decorator
@inline
function weightsOf(set: ListData, row: ListRow, dots: v128, a: usize, b: usize, c: usize, e: usize): v128 {
  const q = four(row.noise, a, b, c, e), h = four(set.halfNorms, a, b, c, e), g = four(set.bias, a, b, c, e);
  const s = f32x4.splat(row.s);
  const logit = madd(s, f32x4.sub(f32x4.add(dots, q), f32x4.mul(s, h)), f32x4.sub(g, f32x4.splat(row.reference)));
  return expFloats(f32x4.pmin(logit, f32x4.splat(80.0)));
}

/** out += Σ w y of atoms chosen from a few, those above `skip`, four at a time; `held` is four times their number. */
function addChosen(list: usize, weights: usize, chosen: usize, held: usize, skip: f32, rows: usize, stride: usize, bytes: usize, out: usize): void {
  let kept: usize = 0;
  for (let k: usize = 0; k < held; k += 4) {
    const i = load<u32>(chosen + k);
    store<u32>(chosen + kept, i);
    kept += load<f32>(weights + <usize>i) > skip ? 4 : 0;
  }
  let k: usize = 0;
  for (; k + 12 < kept; k += 16) {
    const a = <usize>load<u32>(chosen + k), b = <usize>load<u32>(chosen + k, 4), c = <usize>load<u32>(chosen + k, 8), e = <usize>load<u32>(chosen + k, 12);
    const p = rows + <usize>load<u32>(list + a) * stride, q = rows + <usize>load<u32>(list + b) * stride;
    const r = rows + <usize>load<u32>(list + c) * stride, t = rows + <usize>load<u32>(list + e) * stride;
    const wa = v128.load32_splat(weights + a), wb = v128.load32_splat(weights + b), wc = v128.load32_splat(weights + c), we = v128.load32_splat(weights + e);
    for (let d: usize = 0; d < bytes; d += 16) {
      const left = madd(wa, v128.load(p + d), madd(wb, v128.load(q + d), v128.load(out + d)));
      v128.store(out + d, madd(wc, v128.load(r + d), madd(we, v128.load(t + d), left)));
    }
  }
  for (; k < kept; k += 4) {
    const a = <usize>load<u32>(chosen + k);
    addRow(load<f32>(weights + a), rows + <usize>load<u32>(list + a) * stride, bytes, out);
  }
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

/**
 * Lists the atoms to keep so that all others together have at most `share` of the mass of n weights, none above `most`: i, or
 * list[i] where `list` is not 0. Writes how many there are, then the atoms, to `out`, which may be `list` − 4.
 * Needs 1024 bytes of workspace.
 */
export function keepHeaviest(workspace: usize, weights: usize, n: i32, share: f32, most: f32, list: usize, out: usize): void {
  const least = leastKept(weights, n, share, most, workspace);
  let to: usize = 0;
  for (let i: usize = 0, end = <usize>n << 2; i < end; i += 4) {
    const w = load<f32>(weights + i);
    if (w < least || w == 0) continue;
    store<u32>(out + 4 + to, list == 0 ? <u32>(i >> 2) : load<u32>(list + i));
    to += 4;
  }
  store<i32>(out, <i32>(to >> 2));
}

/**
 * Puts factor·w of a list where its atoms stand among the weights of all, and writes what stood there before, summed, to
 * `out`, a float.
 */
export function putListed(_workspace: usize, all: usize, list: usize, weights: usize, count: i32, factor: f32, out: usize): void {
  let sum: f64 = 0;
  for (let i: usize = 0, end = <usize>count << 2; i < end; i += 4) {
    const at = all + (<usize>load<u32>(list + i) << 2);
    sum += <f64>load<f32>(at);
    store<f32>(at, factor * load<f32>(weights + i));
  }
  store<f32>(out, <f32>sum);
}
