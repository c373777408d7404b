/** Rows of queries, atoms, and output columns that one workgroup of 16 × 16 invocations treats: four by four for each. */
export const TILE = 64;
/** Atoms whose sums stay in float32: states of chunks are merged in float64 on the host. */
export const CHUNK = 4096;
/** Above this dimension the logits are stored and the sums are matrix products; below, one invocation follows one query. */
export const STREAM_DIM = 16;

/** What a device allows, as far as the division of the work depends on it. */
export interface BufferLimits {
  /** Largest storage buffer that a shader sees, and largest buffer, in bytes: the smaller of the two. */
  readonly bytes: number;
  /** Most workgroups in one dimension. */
  readonly groups: number;
}

/** How atoms of D coordinates lie in device memory: rows of P ≥ D numbers, filled up with zeros. */
export interface RowLayout {
  /** D. */
  readonly dim: number;
  /** P/4: a row is read four numbers at a time. */
  readonly quads: number;
  /** How many of these one step of a product reads; divides `quads`. */
  readonly step: number;
}

/** A part of the atoms that fits one buffer. */
export interface ShardRange {
  /** First atom. */
  readonly from: number;
  /** How many. */
  readonly count: number;
  /** `count` rounded up to whole tiles. */
  readonly stride: number;
}

/** The next multiple of `unit`. */
export const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** The layout of rows of D numbers: products advance by 16 numbers, or by the whole row where it is shorter. */
export function rowLayout(dim: number): RowLayout {
  const step = Math.min(4, Math.ceil(dim / 4));
  return { dim, quads: roundUp(Math.ceil(dim / 4), step), step };
}

/**
 * Divides `count` atoms into shards of whole chunks, so that the atoms of one, and the logits of one tile of queries over it,
 * each fit a buffer.
 * @throws RangeError when not even one chunk fits.
 */
export function shardsOf(count: number, { quads }: RowLayout, { bytes, groups }: BufferLimits): ShardRange[] {
  const largest = Math.min(bytes / (16 * quads), bytes / (4 * TILE), TILE * groups);
  const atoms = Math.floor(largest / CHUNK) * CHUNK;
  const whole = roundUp(count, TILE);
  if (atoms === 0 && whole > largest) {
    throw new RangeError(
      `Cannot bind the data: a buffer of ${bytes} bytes holds ${Math.floor(largest)} atoms; expected room for ${Math.min(whole, CHUNK)}`,
    );
  }
  const size = Math.max(atoms, whole <= largest ? whole : 0);
  return Array.from({ length: Math.ceil(count / size) }, (_, k) => {
    const from = k * size;
    const inside = Math.min(size, count - from);
    return { from, count: inside, stride: roundUp(inside, TILE) };
  });
}

/** Chunks of a shard. */
export const chunksOf = ({ count }: ShardRange): number => Math.ceil(count / CHUNK);

/** What decides how many queries go to the device at once. */
export interface VisitOptions {
  readonly layout: RowLayout;
  readonly limits: BufferLimits;
  /** Bytes that each array of the visit should not exceed. */
  readonly scratch: number;
  /** Without stored logits. */
  readonly streamed: boolean;
  /** How many of the largest logits of each chunk come back. */
  readonly top: number;
}

/**
 * How many of `rows` queries go to a shard at once: whole tiles, at least one, as many as there is room for, for their logits
 * and for all that comes back together.
 * @throws RangeError when more of the largest logits are wanted than one tile has room for.
 */
export function rowsAtOnce(rows: number, shard: ShardRange, { layout, limits, scratch, streamed, top }: VisitOptions): number {
  const chunks = chunksOf(shard);
  const states = chunks * (16 + 32 * layout.quads) + shard.stride / 16; // sums, means and tangents, second moments
  const most = Math.max(0, Math.floor((limits.bytes / TILE - states) / (8 * chunks)));
  if (Math.min(top, CHUNK) > most) {
    throw new RangeError(`Cannot keep the ${top} largest weights: a buffer of the device has room for ${most}; expected no more`);
  }
  const perRow = Math.max(streamed ? 0 : 4 * shard.stride, states + 8 * chunks * Math.min(top, CHUNK));
  const room = Math.min(scratch / perRow, limits.bytes / perRow, limits.groups); // weights take one workgroup a query
  return Math.min(roundUp(rows, TILE), Math.max(1, Math.floor(room / TILE)) * TILE);
}
