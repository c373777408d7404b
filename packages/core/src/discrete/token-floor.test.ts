import { describe, expect, test } from "vitest";
import { fork, rngOf, uniform } from "../random/index.js";
import { condOt, polynomial } from "../scheduler/index.js";
import { clockNodes } from "./clock-nodes.js";
import { discretePath, drawTokenPath } from "./discrete-path.js";
import { gridCheckerboard } from "./grid-checkerboard.js";
import { cosineKappa, kappaOf, mixingOfClock } from "./kappa-schedule.js";
import { drawTokenAtoms, tokenAtoms, tokenEntropy } from "./token-atoms.js";
import { tokenBound } from "./token-bound.js";
import { tokenField } from "./token-field.js";
import { crossEntropyFloor, crossEntropyFloorAt, generalisedKlFloor, generalisedKlFloorSampled } from "./token-floor.js";
import { generalisedKl, tokenCrossEntropy } from "./token-loss.js";
import { tokenPosterior } from "./token-posterior.js";
import { drawSourceTokens, maskSource, tokenSource, uniformTokens } from "./token-source.js";
import { tokensOf } from "./tokens.js";

const sets = [
  tokenAtoms(
    tokensOf(
      [
        [0, 1, 2],
        [0, 1, 1],
        [2, 2, 0],
        [1, 0, 2],
      ],
      4,
    ),
    [1, 2, 3, 1],
  ),
  tokenAtoms(
    tokensOf(
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
      4,
    ),
  ),
  tokenAtoms(tokensOf([[2, 1, 0]], 4)),
  gridCheckerboard(8, { vocabulary: 9 }),
];
const maskOf = { 4: maskSource(4), 9: maskSource(9) } as Record<number, ReturnType<typeof maskSource>>;

test("the rule of the clock integrates exponentials and polynomials to rounding, and its ends are the ends", () => {
  const nodes = clockNodes(0, 40);
  const sum = (f: (at: number) => number): number => nodes.reduce((total, { at, weight }) => total + weight * f(at), 0);
  expect([nodes[0].at, nodes[nodes.length - 1].at]).toEqual([0, 40]);
  expect(Math.abs(sum((at) => Math.exp(-at)) - 1)).toBeLessThan(1e-14);
  expect(Math.abs(sum((at) => at ** 7) / (40 ** 8 / 8) - 1)).toBeLessThan(1e-14);
  const coarse = nodes.reduce((total, node) => total + node.coarse * Math.exp(-node.at), 0);
  expect(Math.abs(coarse - 1)).toBeLessThan(1e-8);
});

describe.each(sets.map((atoms) => ({ atoms, H: tokenEntropy(atoms) })))("data of entropy $H", ({ atoms, H }) => {
  const K = atoms.z.vocabulary;

  test("from the mask the floor of the generalised KL is the entropy of the data", () => {
    const { value, quadratureError } = generalisedKlFloor(tokenPosterior(maskOf[K], atoms));
    // The integrand is a polynomial of e^{−Λ} of low degree: the rule is exact to rounding. The tail at Λ = 40 is 4e-18.
    expect(Math.abs(value - H)).toBeLessThan(1e-12);
    expect(quadratureError).toBeLessThan(1e-6);
  });

  test("from other sources it is no smaller, and larger where tokens can be mistaken for data", () => {
    for (const source of [uniformTokens(K), tokenSource(Float64Array.from({ length: K }, (_, k) => 1 + k))]) {
      const { value } = generalisedKlFloor(tokenPosterior(source, atoms));
      if (H === 0) expect(value).toBe(0);
      else expect(value).toBeGreaterThan(H * 1.01);
    }
  });

  test("draws give the same floor, within 4.5 standard errors", () => {
    for (const source of [maskOf[K], uniformTokens(K)]) {
      const posterior = tokenPosterior(source, atoms);
      const sampled = generalisedKlFloorSampled(posterior, { rng: rngOf(3), samples: 100 });
      const { value } = generalisedKlFloor(posterior);
      expect(Math.abs(sampled.value - value)).toBeLessThanOrEqual(4.5 * sampled.standardError + 1e-9);
    }
  });
});

test("the losses of the exact denoiser average to their floors, and those of another one to more", () => {
  const atoms = sets[0];
  const n = 20000;
  for (const source of [maskSource(4), uniformTokens(4)]) {
    const path = discretePath(kappaOf(polynomial(2)), source);
    const { denoiser, posterior } = tokenField(path, atoms);
    const [rng, t] = [rngOf(9), 0.6];
    const z = drawTokenAtoms(atoms, fork(rng, "z"), n);
    const x0 = drawSourceTokens(source, fork(rng, "x0"), { length: 3, size: n });
    const xt = drawTokenPath(path.schedule, new Float64Array(n).fill(t), { x0, z, rng: fork(rng, "turn") });
    const p = denoiser.evaluate(t, xt, new Float64Array(12 * n));
    const mean = (perToken: Float64Array): readonly [number, number] => {
      const draws = Float64Array.from({ length: n }, (_, b) => perToken[3 * b] + perToken[3 * b + 1] + perToken[3 * b + 2]);
      const average = draws.reduce((a, b) => a + b, 0) / n;
      return [average, Math.sqrt(draws.reduce((sum, v) => sum + (v - average) ** 2, 0) / (n - 1) / n)];
    };
    const exact = { logits: p.map(Math.log), xt, z };
    const [ce, ceError] = mean(tokenCrossEntropy(exact, new Float64Array(3 * n)));
    expect(Math.abs(ce - crossEntropyFloorAt(posterior, path.schedule.at(t)))).toBeLessThan(4.5 * ceError);
    const blurred = { ...exact, logits: p.map((v) => Math.log(0.8 * v + 0.05)) };
    const kl = mean(generalisedKl(path.schedule, new Float64Array(n).fill(t), exact, new Float64Array(3 * n)));
    const worse = mean(generalisedKl(path.schedule, new Float64Array(n).fill(t), blurred, new Float64Array(3 * n)));
    expect(worse[0]).toBeGreaterThan(kl[0] + 4.5 * (kl[1] + worse[1]));
  }
});

test("the floor up to 1 − κ = r is the mean loss of the exact denoiser over κ up to 1 − r", () => {
  const posterior = tokenPosterior(uniformTokens(4), sets[1]);
  const whole = generalisedKlFloor(posterior).value;
  const part = generalisedKlFloor(posterior, { untilRest: 0.25 }).value;
  expect(part).toBeLessThan(whole);
  // E over x by draws at random κ in [0, 3/4], where dΛ = dκ/(1 − κ) is bounded.
  const path = discretePath(kappaOf(condOt()), uniformTokens(4));
  const { denoiser } = tokenField(path, sets[1]);
  const n = 20000;
  const t = uniform(rngOf(5), new Float64Array(n)).map((u) => 0.75 * u);
  const z = drawTokenAtoms(sets[1], rngOf(6), n);
  const x0 = drawSourceTokens(path.source, rngOf(7), { length: 3, size: n });
  const xt = drawTokenPath(path.schedule, t, { x0, z, rng: rngOf(8) });
  const logits = new Float64Array(12 * n);
  for (let b = 0; b < n; b++) {
    const one = { ...xt, size: 1, data: xt.data.subarray(3 * b, 3 * b + 3) };
    logits.set(denoiser.evaluate(t[b], one, new Float64Array(12)).map(Math.log), 12 * b);
  }
  const losses = generalisedKl(path.schedule, t, { logits, xt, z }, new Float64Array(3 * n));
  const draws = Float64Array.from({ length: n }, (_, b) => 0.75 * (losses[3 * b] + losses[3 * b + 1] + losses[3 * b + 2]));
  const mean = draws.reduce((a, b) => a + b, 0) / n;
  const error = Math.sqrt(draws.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1) / n);
  expect(Math.abs(mean - part)).toBeLessThan(4.5 * error);
});

test("the floor of the cross-entropy over uniform t has its closed form for two sequences of one token", () => {
  // From the mask z is unknown until it is unmasked: ∫ (1 − κ) log 2 dt = log 2·{1/2 for κ = t, 2/3 for t², 2/π for the cosine}.
  const posterior = tokenPosterior(maskSource(3), tokenAtoms(tokensOf([[0], [1]], 3)));
  for (const [schedule, share] of [
    [kappaOf(condOt()), 1 / 2],
    [kappaOf(polynomial(2)), 2 / 3],
    [cosineKappa(), 2 / Math.PI],
  ] as const) {
    const { value, quadratureError } = crossEntropyFloor(schedule, posterior);
    expect(Math.abs(value - share * Math.log(2))).toBeLessThan(quadratureError + 1e-13); // and the rounding of 350 terms
    expect(quadratureError).toBeLessThan(1e-4);
  }
});

test("from the mask the evidence bound of the exact denoiser is log p_data(z), from uniform tokens it is below", () => {
  const atoms = sets[0];
  const masked = tokenField(discretePath(kappaOf(condOt()), maskSource(4)), atoms);
  const bound = tokenBound(masked.path, masked.denoiser, atoms.z, { rng: rngOf(1), samples: 150 });
  bound.mean.forEach((mean, i) => {
    expect(Math.abs(mean - Math.log(atoms.weights[i]))).toBeLessThan(4.5 * bound.standardError[i] + 1e-7);
  });
  const blurred = { ...masked.denoiser, evaluate: blur(masked.denoiser.evaluate) };
  const worse = tokenBound(masked.path, blurred, atoms.z, { rng: rngOf(1), samples: 150 });
  const noisy = tokenField(discretePath(kappaOf(condOt()), uniformTokens(4)), atoms);
  const loose = tokenBound(noisy.path, noisy.denoiser, atoms.z, { rng: rngOf(2), samples: 150 });
  const average = (values: Float64Array): number => values.reduce((sum, v, i) => sum + atoms.weights[i] * v, 0);
  const worst = Math.max(...loose.standardError, ...worse.standardError);
  expect(average(worse.mean)).toBeLessThan(-tokenEntropy(atoms) - 4.5 * worst);
  // The average of the bound over the data is minus the floor.
  expect(Math.abs(average(loose.mean) + generalisedKlFloor(noisy.posterior).value)).toBeLessThan(4.5 * worst);
  const never = tokenField(masked.path, tokenAtoms(tokensOf([[0, 1, 2]], 4))).denoiser;
  const blind: typeof never = { ...never, evaluate: (t, x, out) => never.evaluate(t, { ...x, data: x.data.map(() => 3) }, out) };
  const excluded = tokenBound(masked.path, blind, tokensOf([[0, 1, 1]], 4), { rng: rngOf(1), samples: 4 });
  expect([...excluded.mean, ...excluded.standardError]).toEqual([-Infinity, 0]);
  expect(() => tokenBound(masked.path, masked.denoiser, atoms.z, { rng: rngOf(1), samples: 1 })).toThrow(/there are 1 samples/);
});

/** Mixes a denoiser of 4 tokens with a uniform one. */
const blur =
  (of: ReturnType<typeof tokenField>["denoiser"]["evaluate"]): typeof of =>
  (t, x, out) => {
    of(t, x, out);
    out.forEach((v, at) => {
      out[at] = 0.9 * v + 0.025;
    });
    return out;
  };

/**
 * The floor on a checkerboard from two states: its symmetries carry every cell of the board into every other, and every cell off
 * the board. Nothing is enumerated.
 */
function boardFloor(side: number, untilRest: number): number {
  const posterior = tokenPosterior(uniformTokens(side), gridCheckerboard(side));
  const x = tokensOf(
    [
      [0, 0],
      [0, side / 4],
    ],
    side,
  ); // on the board, and off it
  let floor = 0;
  for (const { at: clock, weight } of clockNodes(0, untilRest > 0 ? -Math.log(untilRest) : 40, 1 / side)) {
    const at = mixingOfClock(clock);
    const density = posterior.logDensity(x, at, new Float64Array(2)).map(Math.exp);
    const p = posterior.denoise(x, at, new Float64Array(4 * side));
    p.forEach((v, i) => {
      const row = Math.floor(i / side);
      const state = row < 2 ? 0 : 1;
      if (v > 0 && i % side !== x.data[row]) floor -= weight * (side ** 2 / 2) * density[state] * v * Math.log(v);
    });
  }
  return floor;
}

test("a source with small probabilities costs the quadrature no digits", () => {
  const data = tokenAtoms(
    tokensOf(
      [
        [0, 1],
        [1, 2],
        [2, 0],
      ],
      3,
    ),
  );
  for (const q of [0.25, 0.01, 1e-4, 1e-8]) {
    const { quadratureError } = generalisedKlFloor(tokenPosterior(tokenSource([1 - 2 * q, q, q]), data));
    expect(quadratureError).toBeLessThan(1e-9); // 1e-5 with panels of width 2 from the start
  }
});

test("on a checkerboard the sum over all states is that over two of them", () => {
  const { value } = generalisedKlFloor(tokenPosterior(uniformTokens(8), gridCheckerboard(8)));
  expect(Math.abs(value - boardFloor(8, 0))).toBeLessThan(1e-12); // sums of 300 nodes and 64 states
});

test("the losses that flow_matching's discrete notebook prints, 5.3 to 6.4 a token, are at their floor", () => {
  // Grid 128, κ = t², uniform source, t uniform up to 1 − 1e-3; their mean is over batch and positions.
  const perToken = boardFloor(128, 1 - 0.999 ** 2) / 2 / 0.999;
  expect(perToken).toBeCloseTo(5.427149, 6);
  expect(perToken).toBeGreaterThan(5.3); // a batch may lie below the floor by its noise
  expect(perToken).toBeLessThan(6.4);
});

test("floors of one sample, and up to a rest that is none, are refused", () => {
  const posterior = tokenPosterior(maskSource(4), sets[0]);
  expect(() => generalisedKlFloorSampled(posterior, { rng: rngOf(0), samples: 1 })).toThrow(/samples is 1/);
  expect(() => generalisedKlFloor(posterior, { untilRest: 1 })).toThrow(
    "Cannot integrate the floor: 1 − κ ends at 1; expected 0 ≤ 1 − κ < 1",
  );
});
