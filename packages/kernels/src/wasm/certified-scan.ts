import type { Reach, Scan } from "@fluxion/core";
import { type Answer, type Asked, joined, rowsOf } from "./answer.js";
import { fewDimensions } from "./few-dimensions.js";
import { type HeldAtoms, isFew } from "./held-atoms.js";
import { manyDimensions } from "./many-dimensions.js";

/** Queries whose results and candidates are held at once. */
const ROWS = { few: 65536, many: 2048 };

/** A scan whose bound is at most ε wherever double precision can reach it, as cheaply as each row allows. */
export async function certifiedScan(held: HeldAtoms, asked: Asked, reach: Reach): Promise<Scan> {
  const [scan, step] = isFew(held.bound) ? [fewDimensions, ROWS.few] : [manyDimensions, ROWS.many];
  const total = asked.x.size;
  const whole = (answer: Answer): Scan => ({ ...answer, skipped: total * held.bound.size - answer.evaluations });
  if (total <= step) return whole(await scan(held, asked, reach));
  const parts: { rows: readonly number[]; answer: Answer }[] = [];
  for (let from = 0; from < total; from += step) {
    const rows = Array.from({ length: Math.min(step, total - from) }, (_, b) => from + b);
    parts.push({ rows, answer: await scan(held, rowsOf(asked, rows), reach) });
  }
  return whole(joined(asked, parts));
}
