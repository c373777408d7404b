import { drawBatch } from "../field/index.js";
import { type Floor, floorByMonteCarlo } from "../floor/index.js";
import { evaluateEach } from "../ode/index.js";
import { type Points, points, rows, zerosLike } from "../points/index.js";
import { type Estimate, fork, normal, type Rng, rademacher } from "../random/index.js";
import { type Check, checked, largest } from "./check.js";
import { type Derivation, fieldOf } from "./derivation.js";
import { dot, type Probe } from "./probes.js";

/** ∇_θ of the mean of ‖v_θ(t, x) − target‖² over a batch, flat: what a network must answer to be checked. */
export type LossGradient = (t: Float64Array, x: Points, target: Points) => ArrayLike<number> | Promise<ArrayLike<number>>;

/** A small network with random hidden features, v_W(t, x) = W tanh(Ax + ct + d): enough to enumerate its gradient by hand. */
export function featureNetworkGradient(dim: number, hidden: number, rng: Rng): LossGradient {
  const A = normal(fork(rng, "A"), new Float64Array(hidden * (dim + 2)));
  const W = normal(fork(rng, "W"), new Float64Array(dim * hidden));
  return (t, x, target) => {
    const gradient = new Float64Array(dim * hidden);
    for (let b = 0; b < x.size; b++) {
      const features = Float64Array.from({ length: hidden }, (_, k) => {
        let sum = A[k * (dim + 2) + dim] * t[b] + A[k * (dim + 2) + dim + 1];
        for (let d = 0; d < dim; d++) sum += (A[k * (dim + 2) + d] * x.data[b * dim + d]) / Math.sqrt(dim);
        return Math.tanh(sum);
      });
      for (let d = 0; d < dim; d++) {
        let error = -target.data[b * dim + d];
        for (let k = 0; k < hidden; k++) error += W[d * hidden + k] * features[k];
        for (let k = 0; k < hidden; k++) gradient[d * hidden + k] += (2 * error * features[k]) / x.size;
      }
    }
    return gradient;
  };
}

/**
 * M8, exactly: at one x the gradient of the CFM loss, averaged over the posterior of z by enumeration, is the gradient of
 * the FM loss. Summed over x and t this is ∇L_CFM = ∇L_FM without any sampling. Eq. (M8)
 */
export async function checkLossGradientExact(
  { conditional, marginal, path }: Derivation,
  probes: readonly Probe[],
  rng: Rng,
): Promise<Check> {
  const { points: z } = path.atoms;
  const gradient = featureNetworkGradient(z.dim, 4, rng);
  const residuals: number[] = [];
  for (const { t, at, x } of probes) {
    const weights = marginal.weights(t, rows(x, 0, 1));
    const time = Float64Array.of(t);
    const here = rows(x, 0, 1);
    const fm = await gradient(time, here, points(marginal.velocity(t, here), z.dim));
    const [cfm, size] = [new Float64Array(fm.length), new Float64Array(fm.length)];
    for (let i = 0; i < z.size; i++) {
      if (weights[i] === 0) continue;
      const term = await gradient(time, here, conditional.velocity(at, here, rows(z, i, i + 1)));
      for (let p = 0; p < cfm.length; p++) {
        cfm[p] += weights[i] * term[p];
        size[p] += weights[i] * Math.abs(term[p]);
      }
    }
    const scale = largest(size);
    for (let p = 0; p < cfm.length; p++) residuals.push(Math.abs(cfm[p] - fm[p]) / scale);
  }
  return checked({
    id: "m8-gradient-exact",
    statement: "Σ_i p_t(z_i|x) ∇_θ‖v_θ − u_t(x|z_i)‖² = ∇_θ‖v_θ − u_t(x)‖², by enumeration of the data",
    residual: largest(residuals),
    tolerance: 1e-10,
    toleranceFrom: "rounding of a weighted sum over the atoms, relative to Σ λ|term|",
  });
}

/** Options of `checkLossGradientSampled`. */
export interface SampledGradientOptions {
  readonly rng: Rng;
  readonly gradient: LossGradient;
  /** Independent batches, whose spread gives the standard error. */
  readonly batches: number;
  readonly batchSize: number;
}

/**
 * M8, on a network: over independent batches the difference ∇L_CFM − ∇L_FM on the same (t, x_t) has mean zero. The statistic
 * is ‖mean difference‖² in units of its own sampling variance; its law without bias comes from flipping signs. Eq. (M8)
 */
export async function checkLossGradientSampled(derivation: Derivation, options: SampledGradientOptions): Promise<Check> {
  const { rng, gradient, batches, batchSize } = options;
  const { path } = derivation;
  const differences: Float64Array[] = [];
  let norm = 0;
  for (let k = 0; k < batches; k++) {
    const { t, xt, ut } = drawBatch(path, fork(rng, "batch", k), batchSize);
    const cfm = await gradient(t, xt, ut);
    const fm = await gradient(t, xt, evaluateEach(fieldOf(derivation), t, xt, zerosLike(xt)));
    differences.push(Float64Array.from({ length: fm.length }, (_, p) => cfm[p] - fm[p]));
    norm += Math.sqrt(dot(Float64Array.from(fm), Float64Array.from(fm))) / batches;
  }
  const gram = gramMatrix(differences);
  const observed = signedEnergy(gram, new Float64Array(batches).fill(1));
  const flips = 999;
  const byChance = Float64Array.from({ length: flips }, (_, k) =>
    signedEnergy(gram, rademacher(fork(rng, "flip", k), new Float64Array(batches))),
  ).sort();
  return checked({
    id: "m8-gradient-network",
    statement: "∇_θ L_CFM − ∇_θ L_FM of a network has mean zero over batches",
    residual: Math.sqrt(observed),
    tolerance: Math.sqrt(byChance[flips - 1]),
    toleranceFrom: `the largest of ${flips} random sign flips of the ${batches} batch differences: one false alarm in 1000`,
    details: { gradientNorm: norm, parameters: differences[0].length },
  });
}

/** g_j·g_k of every pair of vectors. */
function gramMatrix(vectors: readonly Float64Array[]): readonly Float64Array[] {
  return vectors.map((g) => Float64Array.from(vectors, (h) => dot(g, h)));
}

/** ‖mean of s_k g_k‖² = sᵀGs/K² from the Gram matrix of the g_k. */
function signedEnergy(gram: readonly Float64Array[], signs: Float64Array): number {
  return gram.reduce((sum, line, j) => sum + signs[j] * dot(line, signs), 0) / signs.length ** 2;
}

/** The floor by quadrature of the posterior covariance against the floor by its definition. Eq. (M8) */
export function checkFloor({ path }: Derivation, floor: Floor, rng: Rng, samples: number): Check {
  const direct: Estimate = floorByMonteCarlo(path, { rng, samples });
  const error = Math.hypot(direct.standardError, floor.standardError);
  return checked({
    id: "m8-floor",
    statement: "the floor V = E b² tr Cov(z|x) equals E‖u_t(x|z) − u_t(x)‖²",
    residual: Math.abs(direct.mean - floor.value) / error,
    tolerance: 3,
    toleranceFrom: "standard errors of the two independent estimates, combined",
    details: { quadrature: floor.value, monteCarlo: direct.mean, standardError: error, perDim: floor.perDim },
  });
}

/** M10: the area ∫ s E tr Cov ds equals the entropy of the data. Eq. (M10) */
export function checkArea({ path }: Derivation, floor: Floor): Check {
  const area = floor.area ?? { mean: Number.NaN, standardError: Number.NaN };
  return checked({
    id: "m10-area",
    statement: "∫₀^∞ s E tr Cov(z|x) ds equals the entropy of the data",
    residual: Math.abs(area.mean - path.entropy),
    tolerance: 4 * area.standardError + floor.quadratureError,
    toleranceFrom: "four standard errors of the average over pairs (z, ε), plus the quadrature error",
    details: { area: area.mean, entropy: path.entropy, standardError: area.standardError },
  });
}
