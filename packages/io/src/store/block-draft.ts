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
  const rowBytes = dim * bytesOfDtype(coding.dtype);
  const [encode, decode] = [encoderOf(coding), decoderOf(coding)];
  const bytes = new Uint8Array(BLOCK_ROWS * rowBytes);
  const room = new Float32Array(BLOCK_ROWS * dim);
  const weights = new Float64Array(BLOCK_ROWS).fill(1);
  const weightView = new DataView(new ArrayBuffer(weighted ? 8 * BLOCK_ROWS : 0));
  const originView = new DataView(new ArrayBuffer(origins ? 4 * BLOCK_ROWS : 0));
  const enlarge = 1 + (dim + 8) * Number.EPSILON; // a sum of dim squares and its root
  let count = 0;
  let lost = 0;

  function encodeRows(given: Float64Array | Float32Array, from: number, to: number, firstRow: number): void {
    const numbers = given.subarray(from * dim, to * dim);
    const into = bytes.subarray(count * rowBytes, (count + to - from) * rowBytes);
    const bad = encode(numbers, into);
    if (bad >= 0) {
      const where = `row ${firstRow + from + Math.floor(bad / dim)} has ${numbers[bad]} in column ${bad % dim}`;
      const range = coding.dtype === "uint8" ? `, from ${coding.offset} to ${coding.offset + 255 * coding.scale}` : "";
      throw new RangeError(`Cannot write a store: ${where}; expected finite numbers that ${coding.dtype} can hold${range}`);
    }
    const kept = decode(into, room);
    let most = 0;
    for (let at = 0; at < numbers.length; at += dim) {
      let squared = 0;
      for (let d = at; d < at + dim; d++) squared += ((numbers[d] ?? 0) - (kept[d] ?? 0)) ** 2;
      if (squared > most) most = squared;
    }
    lost = Math.max(lost, Math.sqrt(most) * enlarge);
  }

  return {
    rows: () => count,
    take(given, from, to, extras) {
      encodeRows(given, from, to, extras.firstRow);
      for (let i = from; i < to; i++) {
        const slot = count + i - from;
        if (weighted) {
          const weight = extras.weights?.[i] ?? Number.NaN;
          if (!(weight > 0 && weight < Infinity)) {
            const row = extras.firstRow + i;
            throw new RangeError(`Cannot write a store: the weight of row ${row} is ${weight}; expected a positive number`);
          }
          weights[slot] = weight;
          weightView.setFloat64(8 * slot, weight, true);
        }
        if (origins) originView.setUint32(4 * slot, extras.origins?.[i] ?? 0, true);
      }
      count += to - from;
    },
    finish() {
      const kept = decode(bytes.subarray(0, count * rowBytes), room);
      const { sum, weight, center, norm } = momentsOf(kept, dim, weights);
      return {
        rows: count,
        bytes: bytes.subarray(0, count * rowBytes),
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
