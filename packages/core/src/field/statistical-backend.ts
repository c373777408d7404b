import { type Points, row, rows } from "../points/index.js";
import { cumulativeSum, fork, type Rng } from "../random/index.js";
import { drawDifferent, drawWithReplacement, gatherReferences, type References } from "./draw-references.js";
import { logitsOf, type WeightedAtoms } from "./logits.js";
import { reachOf } from "./reach.js";
import { referenceError } from "./reference-error.js";
import { requireQuery, requireWeights } from "./require.js";
import { emptyScan, type ScanQuery, type ScanState, scanAtoms } from "./scan.js";
import type { ScanBackend, ScanError } from "./scan-backend.js";

/** How references are drawn. */
export interface StatisticalBackendOptions {
  /** The source of the draws; each query forks its own stream from it. */
  readonly rng: Rng;
  /**
   * With replacement, by the weights of the atoms; or else different atoms, all equally likely, with their weights in the
   * estimate. @defaultValue whether the weights are unequal
   */
  readonly replacement?: boolean;
}

/**
 * Answers `statistical(M)`: M references stand for all atoms, μ̂ = Σ_j w_j z_j/Σ_j w_j, w_j the weight of the j-th reference over
 * the chance of drawing it. Σw/M is an unbiased estimate of p_t(x); μ̂, a ratio, has a bias of order 1/M, which at training
 * pairs `efmTarget` has not. Its standard error by linearisation, √(E‖μ̂ − μ‖²):
 *
 *     √((1 − f)·M/(M − 1)·Σ_j w_j²‖z_j − μ̂‖²)/Σ_j w_j,   f = M/N without replacement, 0 with
 *
 * [Cochran1977, §6.3]. It is itself an estimate from the same draws: where the posterior is so concentrated that its few atoms are
 * likely to be missed (an effective sample size near 1), it is far too small. The draws follow from the bytes of the query
 * and its row, so that the same question gives the same bytes, alone or in a batch.
 * @throws RangeError when the weights do not sum to one.
 */
export function statisticalBackend(atoms: WeightedAtoms, options: StatisticalBackendOptions): ScanBackend {
  const { size, dim } = atoms.points;
  requireWeights(atoms.logWeights, size);
  const replacement = options.replacement ?? atoms.logWeights.some((l) => l !== atoms.logWeights[0]);
  const cumulative = replacement ? cumulativeSum(atoms.logWeights.map(Math.exp)) : undefined;
  const reach = reachOf(atoms);
  let closed = false;
  return {
    name: "statistical",
    dim,
    size,
    radius: reach.radius,
    meets: new Set(["statistical"] as const),
    async scan(x, query, demand) {
      if (closed) throw new Error('Cannot scan: the backend "statistical" is closed; expected an open one');
      requireQuery(x, dim);
      if (demand.kind !== "statistical") {
        throw new RangeError(`Cannot promise "${demand.kind}": references are drawn at random; expected statistical`);
      }
      const M = requireReferences(demand.references, replacement ? Infinity : size);
      const state = emptyScan(x.size, dim, query);
      const error = unknownError(x.size);
      let evaluations = 0;
      for (let b = 0; b < x.size; b++) {
        const rng = streamOf(options.rng, row(x, b), query, M);
        const drawn = cumulative ? drawWithReplacement(rng, cumulative, M) : drawDifferent(rng, size, M);
        const logWeightOf = (k: number): number =>
          cumulative ? Math.log(drawn.counts[k] / M) : atoms.logWeights[drawn.indices[k]] + Math.log(size / M);
        const references = gatherReferences(atoms, drawn, logWeightOf);
        const at = rows(x, b, b + 1);
        const tangent = query.tangent && rows(query.tangent, b, b + 1);
        const found = scanAtoms(references, at, { ...query, tangent });
        putRow(state, b, found, drawn.indices);
        const rounding = referenceError(at, query, { ...reach, size: drawn.indices.length }, found).mean[0];
        const scatter = scatterOf(references, at, query, { found, drawn });
        error.mean[b] = M === size && !replacement ? rounding : Math.sqrt(correction(M, size, replacement) * scatter) + rounding;
        evaluations += drawn.indices.length;
      }
      return { state, error, evaluations, skipped: x.size * size - evaluations };
    },
    async close() {
      closed = true;
    },
  };
}

/** (1 − f)·M/(M − 1). */
function correction(M: number, N: number, replacement: boolean): number {
  return (replacement ? 1 : 1 - M / N) * (M / (M - 1));
}

/** Σ_j w_j²‖z_j − μ̂‖²/(Σw)²; a reference that was drawn c times is c draws of w/c each. */
function scatterOf(
  references: WeightedAtoms,
  x: Points,
  query: ScanQuery,
  { found, drawn }: { readonly found: ScanState; readonly drawn: References },
): number {
  const { data: z, size, dim } = references.points;
  if (!(found.mass[0] > 0)) return Infinity;
  const w = new Float64Array(size);
  logitsOf(references, x.data, query, w);
  let scatter = 0;
  for (let k = 0; k < size; k++) {
    const weight = Math.exp(w[k] - found.top[0]) / found.mass[0];
    if (weight === 0) continue;
    let squared = 0;
    for (let d = 0; d < dim; d++) {
      const r = z[k * dim + d] - found.mean.data[d];
      squared += r * r;
    }
    scatter += ((weight * weight) / drawn.counts[k]) * squared;
  }
  return scatter;
}

/** Nothing is proved; `mean` will be the standard error. */
function unknownError(B: number): ScanError {
  const unknown = (): Float64Array => new Float64Array(B).fill(Infinity);
  return { logit: unknown(), shift: unknown(), mean: unknown(), mass: unknown(), skipped: new Float64Array(B).fill(1) };
}

/** A stream of its own for every x, α, v and M: their bits name it. */
function streamOf(rng: Rng, x: Float64Array, { alpha, variance }: ScanQuery, M: number): Rng {
  const bits = new Uint32Array(Float64Array.of(alpha, variance, M, ...x).buffer);
  let stream = fork(rng, "references");
  for (const word of bits) stream = fork(stream, word);
  return stream;
}

/** How many references to draw. @throws RangeError unless an integer of at least 2. */
function requireReferences(references: number, most: number): number {
  if (Number.isInteger(references) && references >= 2) return Math.min(references, most);
  throw new RangeError(
    `Cannot estimate: the number of references is ${references}; expected an integer of at least 2, for a standard error`,
  );
}

/** Copies the state of one point into row b; the indices of references become those of atoms. */
function putRow(state: ScanState, b: number, found: ScanState, indices: Int32Array): void {
  for (const name of ["top", "mass", "massSquared", "logitSum", "spread"] as const) state[name][b] = found[name][0];
  row(state.mean, b).set(found.mean.data);
  if (state.tangent && found.tangent) row(state.tangent, b).set(found.tangent.data);
  const { count } = state.best;
  for (let k = 0; k < count; k++) {
    const i = found.best.indices[k];
    state.best.indices[b * count + k] = i < 0 ? -1 : indices[i];
    state.best.logits[b * count + k] = found.best.logits[k];
  }
}
