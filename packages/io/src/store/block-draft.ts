import { roundedUp } from "./block-index.js";
import { bytesOfDtype, decoderOf, encoderOf, type StoreCoding } from "./coding.js";
import { BLOCK_ROWS } from "./manifest.js";

/** What is to be known of one block once its rows are in. */
export interface BlockSummary {
  readonly rows: number;
  /** Views of the draft, valid until it is cleared. */
  readonly bytes: Uint8Array;
  readonly weightBytes: Uint8Array | undefined;
  readonly originBytes: Uint8Array | undefined;
  /** The mean of the rows as kept, [D]. */
  readonly center: Float32Array;
  /** No less than max ‖z_i − center‖. */
  readonly radius: number;
  /** Σ w_i. */
  readonly weight: number;
  /** Σ w_i z_i, [D]. */
  readonly sum: Float64Array;
  /** No less than max ‖z_i‖. */
  readonly norm: number;
  /** No less than max ‖z_i − z_i as given‖. */
  readonly lost: number;
}

/** One block on its way into a store. */
export interface BlockDraft {
  /** Rows taken so far. */
  readonly rows: () => number;
  /** Takes rows [from, to) of `given`; `firstRow` + i is the number of row i in messages. */
  readonly take: (given: Float64Array | Float32Array, from: number, to: number, extras: TakeExtras) => void;
  readonly finish: () => BlockSummary;
  /** `before` plus the weights, one after another. */
  readonly addWeights: (before: number) => number;
  readonly clear: () => void;
}

/** What comes with rows of a draft. */
export interface TakeExtras {
  readonly weights?: Float64Array;
  readonly origins?: Uint32Array;
  readonly firstRow: number;
}

/** What a draft holds of every row. */
export interface BlockDraftOptions {
  readonly dim: number;
  readonly coding: StoreCoding;
  readonly weighted: boolean;
  readonly origins: boolean;
}

/** An empty block. Its buffers are made once and used for every block. */
export function blockDraft({ dim, coding, weighted, origins }: BlockDraftOptions): BlockDraft {
  const values = valueBuffer(dim, coding);
  const weights = new Float64Array(BLOCK_ROWS).fill(1);
  const weightView = new DataView(new ArrayBuffer(weighted ? 8 * BLOCK_ROWS : 0));
  const originView = new DataView(new ArrayBuffer(origins ? 4 * BLOCK_ROWS : 0));
  const enlarge = 1 + (dim + 8) * Number.EPSILON; // a sum of dim squares and its root
  let count = 0;
  let lost = 0;
  const takeWeight = (slot: number, weight: number, row: number): void => {
    if (!(weight > 0 && weight < Infinity)) {
      throw new RangeError(`Cannot write a store: the weight of row ${row} is ${weight}; expected a positive number`);
    }
    weights[slot] = weight;
    weightView.setFloat64(8 * slot, weight, true);
  };

  return {
    rows: () => count,
    take(given, from, to, extras) {
      const most = values.encode(given.subarray(from * dim, to * dim), count, extras.firstRow + from);
      lost = Math.max(lost, most * enlarge);
      for (let i = from; i < to; i++) {
        const slot = count + i - from;
        if (weighted) takeWeight(slot, extras.weights?.[i] ?? Number.NaN, extras.firstRow + i);
        if (origins) originView.setUint32(4 * slot, extras.origins?.[i] ?? 0, true);
      }
      count += to - from;
    },
    finish() {
      const kept = values.decode(count);
      const { sum, weight, center, norm } = momentsOf(kept, dim, weights);
      return {
        rows: count,
        bytes: values.bytes(count),
        weightBytes: weighted ? new Uint8Array(weightView.buffer, 0, 8 * count) : undefined,
        originBytes: origins ? new Uint8Array(originView.buffer, 0, 4 * count) : undefined,
        center,
        radius: roundedUp(reachAround(kept, center) * enlarge),
        weight,
        sum,
        norm: norm * enlarge,
        lost,
      };
    },
    addWeights: (before) => weights.subarray(0, count).reduce((total, weight) => total + weight, before),
    clear() {
      count = 0;
      lost = 0;
    },
  };
}

/** The bytes of the rows of a block. */
function valueBuffer(dim: number, coding: StoreCoding) {
  const rowBytes = dim * bytesOfDtype(coding.dtype);
  const [encode, decode] = [encoderOf(coding), decoderOf(coding)];
  const bytes = new Uint8Array(BLOCK_ROWS * rowBytes);
  const room = new Float32Array(BLOCK_ROWS * dim);
  return {
    bytes: (rows: number): Uint8Array => bytes.subarray(0, rows * rowBytes),
    decode: (rows: number): Float32Array => decode(bytes.subarray(0, rows * rowBytes), room),
    /** Puts rows behind the first `slot`; the largest ‖error‖ of one. `firstRow` numbers them in messages. */
    encode(numbers: Float64Array | Float32Array, slot: number, firstRow: number): number {
      const into = bytes.subarray(slot * rowBytes, slot * rowBytes + (numbers.length / dim) * rowBytes);
      const bad = encode(numbers, into);
      if (bad >= 0) throw misfit(coding, numbers[bad], firstRow + Math.floor(bad / dim), bad % dim);
      const kept = decode(into, room);
      let most = 0;
      for (let at = 0; at < numbers.length; at += dim) {
        let squared = 0;
        for (let d = at; d < at + dim; d++) squared += ((numbers[d] ?? 0) - (kept[d] ?? 0)) ** 2;
        if (squared > most) most = squared;
      }
      return Math.sqrt(most);
    },
  };
}

function misfit({ dtype, scale, offset }: StoreCoding, value: number | undefined, row: number, column: number): RangeError {
  const range = dtype === "uint8" ? `, from ${offset} to ${offset + 255 * scale}` : "";
  return new RangeError(
    `Cannot write a store: row ${row} has ${value} in column ${column}; expected finite numbers that ${dtype} can hold${range}`,
  );
}

function momentsOf(kept: Float32Array, dim: number, weights: Float64Array) {
  const sum = new Float64Array(dim);
  const plain = new Float64Array(dim);
  const count = kept.length / dim;
  let [weight, norm] = [0, 0];
  for (let i = 0, at = 0; i < count; i++) {
    const w = weights[i] ?? 1;
    weight += w;
    let squared = 0;
    for (let d = 0; d < dim; d++, at++) {
      const value = kept[at] ?? 0;
      squared += value * value;
      sum[d] = (sum[d] ?? 0) + w * value;
      plain[d] = (plain[d] ?? 0) + value;
    }
    if (squared > norm) norm = squared;
  }
  return { sum, weight, center: Float32Array.from(plain, (value) => value / count), norm: Math.sqrt(norm) };
}

/** max ‖z_i − center‖. */
function reachAround(kept: Float32Array, center: Float32Array): number {
  const dim = center.length;
  let most = 0;
  for (let at = 0; at < kept.length; at += dim) {
    let squared = 0;
    for (let d = 0; d < dim; d++) squared += ((kept[at + d] ?? 0) - (center[d] ?? 0)) ** 2;
    if (squared > most) most = squared;
  }
  return Math.sqrt(most);
}
