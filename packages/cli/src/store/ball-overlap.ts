import { type BlockIndex, bytesOfRow, type DataStore, decoderOf, readRows } from "@fluxion/io";

/** Rows that are asked, evenly spaced. */
const ASKED = 64;

/**
 * In how many balls of blocks a row of the store lies, its own included: the median over some rows. Near the data, where
 * the posterior is one row, these are the blocks that bounds by balls cannot rule out.
 */
export async function ballsAroundRow(store: DataStore, index: BlockIndex): Promise<number> {
  const { size, dim, coding } = store.manifest;
  const decode = decoderOf(coding);
  const bytes = new Uint8Array(bytesOfRow(store.manifest, "values"));
  const room = new Float32Array(dim);
  const asked = Math.min(ASKED, size);
  const counts = new Float64Array(asked);
  for (let k = 0; k < asked; k++) {
    const row = Math.floor(((k + 0.5) * size) / asked);
    await readRows(store, "values", { from: row, to: row + 1 }, bytes);
    counts[k] = ballsAround(decode(bytes, room), index);
  }
  return counts.sort()[Math.floor(asked / 2)] ?? 0;
}

function ballsAround(z: Float32Array, { blocks, centers, radii }: BlockIndex): number {
  const dim = z.length;
  let count = 0;
  for (let k = 0; k < blocks; k++) {
    let squared = 0;
    for (let d = 0; d < dim; d++) squared += ((z[d] ?? 0) - (centers[k * dim + d] ?? 0)) ** 2;
    if (Math.sqrt(squared) <= (radii[k] ?? 0)) count++;
  }
  return count;
}
