/** A range of rows or of atoms. */
export interface Share {
  readonly from: number;
  readonly count: number;
}

/** Rows that pass over a tile of atoms together. */
const ROWS = 256;
/** Atoms that stay in a second cache together: no shard is cut inside. */
const ATOMS = 512;
/** Calls for each thread, so that all end at about the same time. */
const EACH = 4;

/** Cuts a scan of `rows` queries and `size` atoms into calls: blocks of rows times shards of atoms, padded to multiples of 4. */
export function shares(
  threads: number,
  rows: number,
  size: number,
): { readonly rowBlocks: readonly Share[]; readonly shards: readonly Share[] } {
  const blocks = Math.ceil(rows / ROWS);
  const wanted = Math.max(1, Math.ceil((EACH * threads) / blocks));
  const units = Math.ceil(size / ATOMS);
  const step = ATOMS * Math.max(1, Math.ceil(units / wanted));
  const height = 32 * Math.ceil(rows / blocks / 32);
  return { rowBlocks: cut(rows, Math.max(4, height)), shards: cut(4 * Math.ceil(size / 4), step) };
}

function cut(total: number, step: number): Share[] {
  return Array.from({ length: Math.ceil(total / step) }, (_, k) => ({ from: k * step, count: Math.min(step, total - k * step) }));
}
