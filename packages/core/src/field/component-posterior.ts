/**
 * The posterior over components whose conditional posteriors are known in closed form. With responsibilities
 * r_k = π_k p_t(x|k)/p_t(x), s_k = ∇ log p_t(x|k) and s̄ = Σ r_k s_k, every mean is f̄ = Σ r_k f_k and every Jacobian
 *
 *     ∇f̄ = Σ r_k [∇f_k + (f_k − f̄) ⊗ (s_k − s̄)],   since ∇r_k = r_k (s_k − s̄)
 *
 * so that nothing here knows what a component is: Gaussian data, or an atom seen through any source.
 */
import { type Points, row, zeros, zerosLike } from "../points/index.js";
import type { ComponentFamily, ComponentMeans, Components } from "./components.js";
import type { Moments, Posterior, Tangent } from "./posterior.js";
import { requireMass, requireQuery, requireTangent, requireTop } from "./require.js";
import { emptyTop, pushTop, type TopState, topWeights } from "./top-weights.js";

/** Components whose means are held at a time. */
const CHUNK = 1024;
/** Responsibilities below e^−100 of the largest are dropped, as in a scan over atoms. */
const NEGLIGIBLE = -100;

/** The posterior of a family, by full evaluation of its components in float64. Eq. (M5), Eq. (M7) */
export function componentPosterior(family: ComponentFamily): Posterior {
  const { dim, size } = family;
  return {
    dim,
    size,
    singularAtData: family.singularAtData,
    limit: family.limit,
    weights(x, point) {
      requireQuery(x, dim);
      const components = family.at(point);
      const out = new Float64Array(x.size * size);
      const mass = new Float64Array(x.size);
      for (let b = 0; b < x.size; b++) {
        const weights = out.subarray(b * size, (b + 1) * size);
        components.logDensities(row(x, b), weights);
        const largest = weights.reduce((most, v) => Math.max(most, v), -Infinity);
        for (let k = 0; k < size; k++) mass[b] += weights[k] = Math.exp(weights[k] - largest);
        for (let k = 0; k < size; k++) weights[k] /= mass[b];
      }
      requireMass(mass);
      return out;
    },
    evaluate(x, point, { spread = false, top = 0, tangent } = {}) {
      requireQuery(x, dim);
      requireTangent(x, tangent);
      const components = family.at(point);
      const sums = emptySums(x, { spread, tangent: tangent !== undefined, top: requireTop(top, size) });
      const logits = new Float64Array(size);
      const held = meansOf(Math.min(CHUNK, size), dim);
      for (let b = 0; b < x.size; b++) {
        components.logDensities(row(x, b), logits);
        const kept = responsibilities(logits, b, sums);
        addPoint(components, row(x, b), kept, { sums, held, b, v: tangent && row(tangent, b) });
      }
      return momentsOf(sums);
    },
  };
}

/** What is summed over components, per point. */
interface Sums {
  readonly means: ComponentMeans;
  readonly logTop: Float64Array;
  readonly mass: Float64Array;
  readonly massSquared: Float64Array;
  readonly logitSum: Float64Array;
  readonly spread: { traceCov: Float64Array; denoiserDivergence: Float64Array; scaledNoiseDivergence: Float64Array } | undefined;
  readonly tangent: Tangent | undefined;
  readonly best: TopState;
}

const meansOf = (size: number, dim: number): ComponentMeans => ({
  denoiser: zeros(size, dim),
  scaledNoise: zeros(size, dim),
  score: zeros(size, dim),
});

function emptySums(x: Points, want: { spread: boolean; tangent: boolean; top: number }): Sums {
  const each = (): Float64Array => new Float64Array(x.size);
  return {
    means: meansOf(x.size, x.dim),
    logTop: each(),
    mass: each(),
    massSquared: each(),
    logitSum: each(),
    spread: want.spread ? { traceCov: each(), denoiserDivergence: each(), scaledNoiseDivergence: each() } : undefined,
    tangent: want.tangent ? { denoiser: zerosLike(x), scaledNoise: zerosLike(x) } : undefined,
    best: emptyTop(x.size, want.top),
  };
}

/** The components that count at one point, with their responsibilities. */
interface Kept {
  /** [S]. */
  readonly which: Int32Array;
  /** r, summing to one, [S]. */
  readonly r: Float64Array;
}

function responsibilities(logits: Float64Array, b: number, sums: Sums): Kept {
  const top = logits.reduce((most, v) => Math.max(most, v), -Infinity);
  if (sums.best.count > 0) pushTop(sums.best, b, logits, 0);
  const which: number[] = [];
  const r: number[] = [];
  for (let k = 0; k < logits.length; k++) {
    const logit = logits[k] - top;
    if (!(logit > NEGLIGIBLE)) continue;
    const w = Math.exp(logit);
    which.push(k);
    r.push(w);
    sums.mass[b] += w;
    sums.massSquared[b] += w * w;
    sums.logitSum[b] += w * logit;
  }
  sums.logTop[b] = top;
  const mass = sums.mass[b];
  return { which: Int32Array.from(which), r: Float64Array.from(r, (w) => w / mass) };
}

interface Target {
  readonly sums: Sums;
  /** Storage for the means of a chunk. */
  readonly held: ComponentMeans;
  readonly b: number;
  readonly v: Float64Array | undefined;
}

/** Adds the means, then (about the means, so that nothing cancels) the second moments of point b. */
function addPoint(components: Components, x: Float64Array, { which, r }: Kept, { sums, held, b, v }: Target): void {
  const chunk = held.denoiser.size;
  for (let from = 0; from < which.length; from += chunk) {
    const some = which.subarray(from, from + chunk);
    components.means(x, some, held);
    for (const name of ["denoiser", "scaledNoise", "score"] as const) {
      addRows(row(sums.means[name], b), held[name].data, r.subarray(from, from + some.length));
    }
  }
  if (sums.spread === undefined && sums.tangent === undefined) return;
  for (let from = 0; from < which.length; from += chunk) {
    const some = which.subarray(from, from + chunk);
    if (which.length > chunk) components.means(x, some, held);
    if (sums.spread) addSpread(components, some, r.subarray(from, from + some.length), { sums, held, b, v });
    if (sums.tangent && v) addTangent(components, some, r.subarray(from, from + some.length), { sums, held, b, v });
  }
}

/** out += Σ r_j rows_j. */
function addRows(out: Float64Array, rows: Float64Array, r: Float64Array): void {
  const D = out.length;
  for (let j = 0; j < r.length; j++) for (let d = 0; d < D; d++) out[d] += r[j] * rows[j * D + d];
}

/** Adds Σ r_k [within + (f_k − f̄)·(s_k − s̄)] for both means, and the same of z with itself. */
function addSpread(components: Components, which: Int32Array, r: Float64Array, { sums, held, b }: Target): void {
  const { means, spread } = sums;
  if (spread === undefined) return;
  const D = means.score.dim;
  const [z, n, s] = [held.denoiser.data, held.scaledNoise.data, held.score.data];
  const [zMean, nMean, sMean] = [row(means.denoiser, b), row(means.scaledNoise, b), row(means.score, b)];
  const within = { traceCov: 0, denoiserDivergence: 0, scaledNoiseDivergence: 0 };
  for (let j = 0, at = 0; j < r.length; j++) {
    let [zz, zs, ns] = [0, 0, 0];
    for (let d = 0; d < D; d++, at++) {
      const [dz, ds] = [z[at] - zMean[d], s[at] - sMean[d]];
      zz += dz * dz;
      zs += dz * ds;
      ns += (n[at] - nMean[d]) * ds;
    }
    components.within(which[j], within);
    spread.traceCov[b] += r[j] * (within.traceCov + zz);
    spread.denoiserDivergence[b] += r[j] * (within.denoiserDivergence + zs);
    spread.scaledNoiseDivergence[b] += r[j] * (within.scaledNoiseDivergence + ns);
  }
}

/** Adds Σ r_k [(∇f_k)v + (f_k − f̄)((s_k − s̄)·v)] for both means. */
function addTangent(components: Components, which: Int32Array, r: Float64Array, { sums, held, b, v }: Target): void {
  const { means, tangent } = sums;
  if (tangent === undefined || v === undefined) return;
  const D = means.score.dim;
  const along = { denoiser: row(tangent.denoiser, b), scaledNoise: row(tangent.scaledNoise, b) };
  const [zMean, nMean, sMean] = [row(means.denoiser, b), row(means.scaledNoise, b), row(means.score, b)];
  for (let j = 0; j < r.length; j++) {
    components.addTangent(which[j], r[j], v, along);
    let rise = 0;
    for (let d = 0; d < D; d++) rise += (held.score.data[j * D + d] - sMean[d]) * v[d];
    for (let d = 0; d < D; d++) {
      along.denoiser[d] += r[j] * rise * (held.denoiser.data[j * D + d] - zMean[d]);
      along.scaledNoise[d] += r[j] * rise * (held.scaledNoise.data[j * D + d] - nMean[d]);
    }
  }
}

function momentsOf({ means, logTop, mass, massSquared, logitSum, spread, tangent, best }: Sums): Moments {
  requireMass(mass);
  return {
    ...means,
    logDensity: mass.map((m, b) => logTop[b] + Math.log(m)),
    entropy: mass.map((m, b) => Math.log(m) - logitSum[b] / m),
    ess: mass.map((m, b) => (m * m) / massSquared[b]),
    top: topWeights(best, logTop, mass),
    ...(spread ? { spread } : {}),
    ...(tangent ? { tangent } : {}),
  };
}
