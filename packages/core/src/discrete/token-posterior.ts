import { type ConditionalsAt, posteriorMean } from "../field/index.js";
import { logSumExp } from "../points/index.js";
import type { Mixing } from "./kappa-schedule.js";
import { requireLength } from "./rate-field.js";
import type { TokenAtoms } from "./token-atoms.js";
import { shapeOver, type TokenSource } from "./token-source.js";
import { requireShape, sequenceOf, type TokenShape, type Tokens } from "./tokens.js";

/**
 * Bayes' rule over a finite data set of sequences, p_t(z_i|x) ∝ π_i Π_l [(1 − κ) q(x^l) + κ δ_{z_i^l}(x^l)], in the log domain.
 * It sees the mixture (κ, 1 − κ), never a schedule. Cost: N·L per sequence. Eq. (M5)
 */
export interface TokenPosterior extends TokenShape {
  readonly source: TokenSource;
  readonly atoms: TokenAtoms;
  /** log p_t(x), into `out` [B]; −∞ for a sequence that no data point leads to. Eq. (M3) */
  logDensity(x: Tokens, at: Mixing, out: Float64Array): Float64Array;
  /** log p_t(x|z_i), into `out` [B, N]. Eq. (M1) */
  conditionalLogDensity(x: Tokens, at: Mixing, out: Float64Array): Float64Array;
  /** p_t(z_i|x), into `out` [B, N]. @throws RangeError for a sequence that no data point leads to. */
  weights(x: Tokens, at: Mixing, out: Float64Array): Float64Array;
  /** p_{1|t}(z^l = k | x), into `out` [B, L, K]. @throws RangeError for a sequence that no data point leads to. */
  denoise(x: Tokens, at: Mixing, out: Float64Array): Float64Array;
  /**
   * The posterior mean of δ_{z^l} − δ_{x^l}, into `out` [B, L, K]: the marginal rates with κ̇/(1 − κ) = 1. Eq. (M6)
   * @throws RangeError for a sequence that no data point leads to.
   */
  turns(x: Tokens, at: Mixing, out: Float64Array): Float64Array;
}

/** The exact posterior over a finite data set. @throws RangeError unless data and source have one vocabulary. */
export function tokenPosterior(source: TokenSource, atoms: TokenAtoms): TokenPosterior {
  const { z } = atoms;
  const shape = shapeOver(source, z.length);
  requireShape(z, shape, "the data");
  const N = z.size;
  const logWeights = atoms.weights.map(Math.log);
  const seenAt = (x: Tokens, at: Mixing): ((b: number) => Seen) => {
    requireShape(x, shape, "the tokens");
    const tables = logTables(source, at);
    return (b) => seenFrom(z, sequenceOf(x, b), logWeights, tables);
  };
  const average = (x: Tokens, at: Mixing, out: Float64Array, add: Add): Float64Array => {
    const seen = seenAt(x, at);
    requireLength(x, out, "out");
    const stride = x.length * x.vocabulary;
    for (let b = 0; b < x.size; b++) {
      const row = sequenceOf(x, b);
      const { size, logJoint } = seen(b);
      const into = out.subarray(b * stride, (b + 1) * stride);
      posteriorMean({ size, logJoint, add: (i, weight, rows) => add(sequenceOf(z, i), row, weight, rows) }, into);
    }
    return out;
  };
  return {
    ...shape,
    source,
    atoms,
    logDensity(x, at, out) {
      const seen = seenAt(x, at);
      const joint = new Float64Array(N);
      for (let b = 0; b < x.size; b++) {
        const { logJoint } = seen(b);
        for (let i = 0; i < N; i++) joint[i] = logJoint(i);
        out[b] = logSumExp(joint);
      }
      return out;
    },
    conditionalLogDensity(x, at, out) {
      const seen = seenAt(x, at);
      for (let b = 0; b < x.size; b++) {
        const { logJoint } = seen(b);
        for (let i = 0; i < N; i++) out[b * N + i] = logJoint(i) - logWeights[i];
      }
      return out;
    },
    weights(x, at, out) {
      const seen = seenAt(x, at);
      const nothing = new Float64Array(0);
      for (let b = 0; b < x.size; b++) out.set(posteriorMean({ ...seen(b), add: () => {} }, nothing).posterior, b * N);
      return out;
    },
    denoise: (x, at, out) => average(x, at, out, addToken),
    turns: (x, at, out) => average(x, at, out, addTurn),
  };
}

type Add = (z: Uint32Array, x: Uint32Array, weight: number, out: Float64Array) => void;

/** out += weight·δ_z. */
const addToken: Add = (z, _, weight, out) => {
  const K = out.length / z.length;
  for (let l = 0; l < z.length; l++) out[l * K + z[l]] += weight;
};

/** out += weight·(δ_z − δ_x); nothing where they are equal, so that no rounding is left over there. */
const addTurn: Add = (z, x, weight, out) => {
  const K = out.length / z.length;
  for (let l = 0; l < z.length; l++) {
    if (z[l] === x[l]) continue;
    out[l * K + z[l]] += weight;
    out[l * K + x[l]] -= weight;
  }
};

/** What the posterior mean asks of N data points, but for their velocities. */
type Seen = Pick<ConditionalsAt, "size" | "logJoint">;

/** What a position with token k adds to log p_t(x|z), [K]: `same` where z has k there too, else `other`. */
interface LogTables {
  readonly same: Float64Array;
  readonly other: Float64Array;
}

function logTables({ probabilities: q }: TokenSource, { kappa, rest }: Mixing): LogTables {
  return { same: q.map((p) => Math.log(kappa + rest * p)), other: q.map((p) => Math.log(rest * p)) };
}

/** log π_i + log p_t(x|z_i) of one sequence. */
function seenFrom(
  { data: z, size, length: L }: Tokens,
  x: Uint32Array,
  logWeights: Float64Array,
  { same, other }: LogTables,
): Seen {
  return {
    size,
    logJoint(i) {
      let sum = logWeights[i];
      for (let l = 0; l < L; l++) {
        const token = x[l];
        sum += z[i * L + l] === token ? same[token] : other[token];
      }
      return sum;
    },
  };
}
