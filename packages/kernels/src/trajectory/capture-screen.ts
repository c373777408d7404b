import { type CaptureProof, proofFromGaps } from "@fluxion/core";
import type { CaptureGround } from "./capture-ground.js";
import { type CaptureSight, gapsOf, sightOf } from "./capture-sight.js";
import type { CaptureQuestion } from "./course.js";

/** Bytes of a `CaptureRow`, and of a `PrefixRow`. */
const ROW = 64;
const PREFIX_ROW = 32;
/** Atoms that may be near: where there are more, nothing is proved yet. */
const ROOM = 4096;
/** Bytes of the list of the atoms near one row: how many, then which. */
const LIST = 4 * (ROOM + 1);

/** Where the kernels find the rows of a question, a multiple of four of them. */
interface Places {
  readonly count: number;
  /** Bytes from one state to the next. */
  readonly wide: number;
  readonly rows: number;
  readonly states: number;
  readonly prefixes: number;
  readonly prefixRows: number;
  readonly batches: number;
  readonly lists: number;
  readonly products: number;
}

/**
 * Proofs of capture from float32 with all its rounding allowed for: bounds for all atoms from their first d coordinates, and
 * dot products in full for those that the bounds leave near. Undefined where nothing is proved.
 */
export async function screenCaptures(ground: CaptureGround, question: CaptureQuestion): Promise<(CaptureProof | undefined)[]> {
  const { arena } = ground.pool;
  const { rows } = question;
  const { places, free } = placesFor(ground, rows.length);
  try {
    const sights = Array.from({ length: places.count }, (_, n) =>
      sightOf(ground, question, rows[Math.min(n, rows.length - 1)] as number),
    );
    for (const [n, sight] of sights.entries()) writeSight(ground, places, n, sight);
    await ground.pool.run("captureScreen", screenCalls(ground, places), 2048);
    const found = rows.map((_, n) => arena.i32(places.lists + n * LIST, 1)[0] as number);
    const near = [...rows.keys()].filter((n) => (found[n] as number) <= ROOM);
    await ground.pool.run(
      "captureProducts",
      near.map((n) => productCall(ground, places, n, { length: found[n] as number, atom: (sights[n] as CaptureSight).atom })),
    );
    const proofs: (CaptureProof | undefined)[] = rows.map(() => undefined);
    for (const n of near) {
      const length = found[n] as number;
      const others = arena.i32(places.lists + n * LIST + 4, length);
      const products = arena.f32(places.products + n * 8 * ROOM, 2 * length);
      proofs[n] = proofFromGaps(gapsOf(ground, sights[n] as CaptureSight, others, products));
    }
    return proofs;
  } finally {
    free();
  }
}

function placesFor(
  { pool: { arena }, atoms }: CaptureGround,
  rows: number,
): { readonly places: Places; readonly free: () => void } {
  const count = 4 * Math.ceil(rows / 4);
  const wide = 64 * Math.ceil((atoms.dim * 4) / 64);
  const at = {
    rows: arena.allocate(count * ROW),
    states: arena.allocate(count * wide),
    prefixes: arena.allocate(count * atoms.prefixDim * 4),
    prefixRows: arena.allocate(2 * count * PREFIX_ROW),
    batches: arena.allocate(count * 32),
    lists: arena.allocate(count * LIST),
    products: arena.allocate(count * 8 * ROOM),
  };
  arena.f32(at.states, (count * wide) / 4).fill(0);
  const free = (): void => {
    for (const address of Object.values(at)) arena.free(address);
  };
  return { places: { count, wide, ...at }, free };
}

/** Row n of the kernels: its state, its leading coordinates, and the numbers of its bounds. */
function writeSight({ pool: { arena }, atoms, noise }: CaptureGround, at: Places, n: number, sight: CaptureSight): void {
  const prefix = at.prefixes + n * atoms.prefixDim * 4;
  arena.f32(at.states + n * at.wide, atoms.dim).set(sight.state);
  arena.f32(prefix, atoms.prefixDim).set(sight.leading);
  arena.i32(at.rows + n * ROW, 4).set([noise.address + sight.row * noise.stride, at.lists + n * LIST, ROOM, sight.atom]);
  arena.f32(at.rows + n * ROW + 16, 10).set(sight.numbers);
  arena.i32(at.prefixRows + n * PREFIX_ROW, 3).set([0, 0, prefix]);
  arena.i32(at.prefixRows + (at.count + n) * PREFIX_ROW, 3).set([0, 0, atoms.prefix + sight.atom * atoms.prefixDim * 4]);
}

/** The bounds of all atoms, four rows a call. */
function screenCalls({ pool: { arena }, atoms }: CaptureGround, at: Places): number[][] {
  return Array.from({ length: at.count / 4 }, (_, k) => {
    const batch = at.batches + k * 128;
    const common = [atoms.panels, atoms.halfNorms, atoms.bias, atoms.prefixDim];
    arena.i32(batch, 6).set([...common, at.prefixRows + k * 4 * PREFIX_ROW, 4]);
    arena.i32(batch + 64, 6).set([...common, at.prefixRows + (at.count + k * 4) * PREFIX_ROW, 4]);
    return [batch, batch + 64, at.rows + k * 4 * ROW, atoms.tails, atoms.size];
  });
}

/** The dot products of row n with the atoms of its list. */
function productCall(
  { atoms }: CaptureGround,
  at: Places,
  n: number,
  { length, atom }: { readonly length: number; readonly atom: number },
): number[] {
  return [atoms.listData, at.lists + n * LIST + 4, length, at.states + n * at.wide, atom, at.products + n * 8 * ROOM];
}
