import { gamma, outward, type Reach } from "@fluxion/core";
import type { Answer, Asked } from "./answer.js";
import { cutOf, wantsMoments } from "./cut.js";
import { scanAll, withStorage } from "./double-scan.js";
import { exactError } from "./exact-error.js";
import { EXP } from "./float-error.js";
import { floatScan } from "./float-scan.js";
import type { HeldAtoms } from "./held-atoms.js";

/**
 * Atoms in few dimensions: logits and sums in double precision and exp in single precision, where its error may be made. That
 * error counts as nats of a logit, and so does one exp of double precision for each of at most N/1024 rescalings.
 */
export async function fewDimensions(held: HeldAtoms, asked: Asked, reach: Reach): Promise<Answer> {
  const { x, query, epsilon } = asked;
  if (wantsMoments(query) || epsilon < 4 * EXP) return scanAll(held, asked, reach); // 2r·tanh(δ/2), δ a little more than EXP
  const cut = cutOf(reach.size, epsilon);
  const state = await floatScan(held, { x, query, cut });
  const error = withStorage(held, exactError(x, query, reach, state), x, query);
  const sums = gamma(Math.ceil(reach.size / 16) + 1024);
  const logit = error.logit.map((delta) => delta + EXP + 2 * sums);
  const left = logit.map((delta) => outward(reach.size * Math.exp(2 * delta - cut)));
  return {
    state,
    error: {
      ...error,
      logit,
      mean: error.mean.map((m) => m + sums * reach.norm),
      mass: error.mass.map((m) => m + sums),
      skipped: error.skipped.map((share, b) => Math.min(1, share + (left[b] ?? 1))),
    },
    evaluations: x.size * reach.size,
  };
}
