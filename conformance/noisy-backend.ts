/**
 * A backend that is as wrong as it says: logits off by ±δ in the worst direction, a common shift, atoms left out, sums off by
 * what is allowed. Nothing that rounding does is as unkind, so that certificates are tried at every size of error.
 */
import {
  fork,
  logitsOf,
  type Points,
  referenceBackend,
  rngOf,
  row,
  type Scan,
  type ScanBackend,
  type ScanQuery,
  uniform,
  type WeightedAtoms,
  zeros,
} from "@fluxion/core";

/** How wrong. */
export interface Noise {
  /** δ of the logits, nats. */
  readonly logit: number;
  /** The common shift, nats. */
  readonly shift: number;
  /** Error of the mean, relative to the radius. */
  readonly mean: number;
  /** Relative error of the sums. */
  readonly mass: number;
  /** Most that is left out, as a share. */
  readonly skipped: number;
  /** Seed. */
  readonly key: number;
}

/** The backend over some atoms; `error` states the noise, beside the rounding of the reference. */
export function noisyBackend(atoms: WeightedAtoms, noise: Noise): ScanBackend {
  const reference = referenceBackend(atoms);
  return {
    ...reference,
    name: "noisy",
    meets: new Set(["certified"] as const),
    async scan(x, query, demand) {
      if (demand.kind !== "certified") throw new RangeError('Cannot promise: expected "certified"');
      const { state, error, evaluations } = await reference.scan(x, { ...query, top: 0 }, demand);
      const answers = Array.from({ length: x.size }, (_, b) => noisyRow(atoms, x, query, b, noise, reference.radius));
      const column = (of: (answer: NoisyRow) => number): Float64Array => Float64Array.from(answers, of);
      const along = query.tangent && zeros(x.size, x.dim);
      for (const [b, { mean, tangent }] of answers.entries()) {
        row(state.mean, b).set(mean);
        if (along) row(along, b).set(tangent);
      }
      const plus = (values: Float64Array, extra: number): Float64Array => values.map((v) => v + extra * (1 + 1e-9));
      const scan: Scan = {
        state: {
          ...state,
          top: column((a) => a.top),
          mass: column((a) => a.mass),
          massSquared: column((a) => a.massSquared),
          logitSum: column((a) => a.logitSum),
          spread: column((a) => a.spread),
          tangent: along,
          best: bestOf(answers, query.top),
        },
        error: {
          logit: plus(error.logit, noise.logit),
          shift: plus(error.shift, Math.abs(noise.shift)),
          mean: plus(error.mean, noise.mean * reference.radius),
          mass: plus(error.mass, noise.mass),
          skipped: plus(error.skipped, noise.skipped),
        },
        evaluations,
        skipped: 0,
      };
      return scan;
    },
  };
}

interface NoisyRow {
  readonly top: number;
  readonly mass: number;
  readonly massSquared: number;
  readonly logitSum: number;
  readonly spread: number;
  readonly mean: Float64Array;
  readonly tangent: Float64Array;
  readonly logits: Float64Array;
}

function noisyRow(atoms: WeightedAtoms, x: Points, query: ScanQuery, b: number, noise: Noise, radius: number): NoisyRow {
  const { size, dim } = atoms.points;
  const rng = fork(rngOf(noise.key), "noise", b);
  const chance = uniform(rng, new Float64Array(size + dim + 8));
  const exact = new Float64Array(size);
  const most = logitsOf(atoms, row(x, b), query, exact);
  const worst = chance[size] < 0.5; // up on one side of a hyperplane and down on the other, or anyhow
  const middle = chance[size + 1] * 2 - 1;
  const logits = exact.map((l, i) => {
    const side = worst ? Math.sign(atoms.points.data[i * dim] - middle * radius) : 2 * chance[i] - 1;
    return l + noise.shift + noise.logit * side;
  });
  const kept = keptOf(exact, most, noise.skipped * chance[size + 2]);
  const seen = logits.map((l, i) => (kept[i] ? l : -Infinity));
  const top = seen.reduce((a, l) => Math.max(a, l), -Infinity);
  const w = seen.map((l) => Math.exp(l - top));
  const sign = (k: number): number => 1 + noise.mass * (2 * Math.round(chance[size + k]) - 1);
  const mass = w.reduce((s, v) => s + v, 0);
  const mean = new Float64Array(dim);
  for (let i = 0; i < size; i++) for (let d = 0; d < dim; d++) mean[d] += (w[i] / mass) * atoms.points.data[i * dim + d];
  const [spread, tangent] = momentsOf(atoms, w, mean, query.tangent && row(query.tangent, b));
  mean[Math.floor(chance[size + 3] * dim)] += noise.mean * radius;
  return {
    top,
    mass: Math.max(1, mass * sign(4)),
    massSquared: w.reduce((s, v) => s + v * v, 0) * sign(5),
    logitSum: w.reduce((s, v, i) => s + (v > 0 ? v * (seen[i] - top) : 0), 0) * sign(6),
    spread: spread * sign(7),
    mean,
    tangent,
    logits: seen,
  };
}

/** Leaves out atoms, the smallest first, as long as their share stays below what may be left out. */
function keptOf(logits: Float64Array, most: number, share: number): readonly boolean[] {
  const weights = logits.map((l) => Math.exp(l - most));
  const budget = share * weights.reduce((s, w) => s + w, 0);
  const kept: boolean[] = Array.from(logits, () => true);
  let lost = 0;
  for (const i of Array.from(logits.keys()).sort((a, b) => weights[a] - weights[b])) {
    lost += weights[i];
    if (lost > budget) break;
    kept[i] = false;
  }
  return kept;
}

function momentsOf(
  { points: { data: z, size, dim } }: WeightedAtoms,
  w: Float64Array,
  mean: Float64Array,
  v: Float64Array | undefined,
): readonly [number, Float64Array] {
  let spread = 0;
  const tangent = new Float64Array(dim);
  for (let i = 0; i < size; i++) {
    const r = mean.map((m, d) => z[i * dim + d] - m);
    spread += w[i] * r.reduce((s, c) => s + c * c, 0);
    const dot = v ? r.reduce((s, c, d) => s + c * v[d], 0) : 0;
    for (let d = 0; d < dim; d++) tangent[d] += w[i] * dot * r[d];
  }
  return [spread, tangent];
}

function bestOf(answers: readonly NoisyRow[], count: number): Scan["state"]["best"] {
  const indices = new Int32Array(answers.length * count).fill(-1);
  const logits = new Float64Array(answers.length * count).fill(-Infinity);
  for (const [b, answer] of answers.entries()) {
    const order = Array.from(answer.logits.keys()).sort((i, j) => answer.logits[j] - answer.logits[i] || i - j);
    for (const [k, i] of order.slice(0, count).entries()) {
      if (answer.logits[i] === -Infinity) break;
      indices[b * count + k] = i;
      logits[b * count + k] = answer.logits[i];
    }
  }
  return { count, indices, logits };
}
