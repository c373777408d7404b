import { type Points, row } from "../points/index.js";

/** Which rows of a set are the same point. */
export interface MergedRows {
  /** The first row of every distinct point, ascending, [N]. */
  readonly first: Uint32Array;
  /** The distinct point of every row, [R]. */
  readonly pointOfRow: Uint32Array;
}

const scratch = new Float64Array(1);
const halves = new Uint32Array(scratch.buffer);

/** A 32-bit hash of a row in which −0 and 0 are the same number. */
function hashRow(v: Float64Array): number {
  let h = 0x9e3779b9;
  for (let d = 0; d < v.length; d++) {
    scratch[0] = v[d] + 0; // −0 + 0 = 0
    h = Math.imul(h ^ halves[0], 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15) ^ halves[1], 0xc2b2ae35);
    h ^= h >>> 13;
  }
  return h >>> 0;
}

function equalRows(v: Float64Array, w: Float64Array): boolean {
  for (let d = 0; d < v.length; d++) if (v[d] !== w[d]) return false;
  return true;
}

/** Groups rows that are equal in every coordinate, exactly; expected cost O(R·D). */
export function mergeRows(x: Points): MergedRows {
  const capacity = 2 ** Math.ceil(Math.log2(2 * x.size + 1));
  const table = new Int32Array(capacity).fill(-1); // open addressing: point at every slot
  const pointOfRow = new Uint32Array(x.size);
  const first = new Uint32Array(x.size);
  let count = 0;
  for (let b = 0; b < x.size; b++) {
    const v = row(x, b);
    let slot = hashRow(v) & (capacity - 1);
    while (table[slot] >= 0 && !equalRows(v, row(x, first[table[slot]]))) slot = (slot + 1) & (capacity - 1);
    if (table[slot] < 0) {
      table[slot] = count;
      first[count] = b;
      count++;
    }
    pointOfRow[b] = table[slot];
  }
  return { first: first.slice(0, count), pointOfRow };
}
