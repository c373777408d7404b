import {
  type AtomPosteriorOptions,
  atomPosterior,
  type Moments,
  type Posterior,
  type TopWeights,
  type WeightedAtoms,
} from "../field/index.js";
import { takeRows } from "../points/index.js";
import type { Members } from "./members.js";

/**
 * The exact posterior over some of the atoms of a data set, p(z|x, z ∈ M) ∝ p_t(x|z) p(z|M), by scans of those alone: n·D
 * multiply-adds a point. Its components stay those of the whole data: `size` is N, `top` holds indices into all atoms, and
 * `weights` are [B, N] with zeros outside of M. Eq. (M5)
 * @throws RangeError when an index is not one of an atom, or the weights of the members do not sum to one.
 */
export function memberPosterior(
  atoms: WeightedAtoms,
  members: Omit<Members, "logShare">,
  options: AtomPosteriorOptions = {},
): Posterior {
  const { size, dim } = atoms.points;
  const { indices, logWeights } = members;
  requireMembers(indices, size);
  const inner = atomPosterior({ points: takeRows(atoms.points, indices), logWeights }, options);
  return {
    dim,
    size,
    singularAtData: inner.singularAtData,
    evaluate(x, at, want = {}): Moments {
      const moments = inner.evaluate(x, at, want);
      return { ...moments, top: inWholeData(moments.top, indices, x.size, Math.min(want.top ?? 0, size)) };
    },
    weights(x, at) {
      const own = inner.weights(x, at);
      const out = new Float64Array(x.size * size);
      const n = indices.length;
      for (let at = 0; at < own.length; at++) out[Math.floor(at / n) * size + indices[at % n]] = own[at];
      return out;
    },
    limit(x, top = 0) {
      const limit = inner.limit(x, top);
      return { ...limit, top: inWholeData(limit.top, indices, x.size, Math.min(top, size)) };
    },
  };
}

function requireMembers(indices: Int32Array, size: number): void {
  let last = -1;
  for (const i of indices) {
    if (!(i > last && i < size)) {
      throw new RangeError(`Cannot condition on atoms: index ${i} follows ${last}; expected increasing indices below ${size}`);
    }
    last = i;
  }
}

/** Indices of members as indices of atoms; −1 with weight 0 where there are fewer members than wanted. */
function inWholeData({ count, indices, weights }: TopWeights, members: Int32Array, B: number, wanted: number): TopWeights {
  const out = {
    count: wanted,
    indices: new Int32Array(B * wanted).fill(-1),
    weights: new Float64Array(B * wanted),
  };
  for (let b = 0; b < B; b++) {
    for (let k = 0; k < count; k++) {
      const member = indices[b * count + k];
      if (member < 0) continue;
      out.indices[b * wanted + k] = members[member];
      out.weights[b * wanted + k] = weights[b * count + k];
    }
  }
  return out;
}
