import { describe, expect, test } from "vitest";
import { chiSquaredP } from "../../../../tests/support/chi-squared-of.js";
import { customGrid, stepGrid, uniformGrid } from "../ode/index.js";
import { fork, rngOf } from "../random/index.js";
import { condOt, polynomial } from "../scheduler/index.js";
import { backwardRates, correctedRates, correctorRates, divFree } from "./corrector.js";
import { discretePath } from "./discrete-path.js";
import { allTokens, tokenIndex } from "./enumerate-tokens.js";
import { eulerTokens } from "./euler-tokens.js";
import { netInflow } from "./forward-equation.js";
import { jumpTokens } from "./jump-tokens.js";
import { cosineKappa, kappaOf } from "./kappa-schedule.js";
import { leapTokens } from "./leap-tokens.js";
import { asyncDenoiserRates, denoiserRates, type RateField, requireRates, type TokenDenoiser } from "./rate-field.js";
import { drawTokenAtoms, tokenAtoms } from "./token-atoms.js";
import { type TokenField, tokenField } from "./token-field.js";
import { solveTokens, solveTokensAsync } from "./token-solve.js";
import { drawSourceTokens, maskSource, uniformTokens } from "./token-source.js";
import { copyTokens, type Tokens, takeSequences, tokensOf } from "./tokens.js";

/** Every χ² below is at this level, at the seeds written here: a right sampler fails one test in 10⁴ seeds. */
const LEVEL = 1e-4;

const atoms = tokenAtoms(
  tokensOf(
    [
      [0, 1],
      [1, 0],
      [2, 2],
    ],
    4,
  ),
  [5, 2, 3],
);
const states = allTokens({ length: 2, vocabulary: 4 });
const schedules = [kappaOf(polynomial(2)), cosineKappa()];
const fields: readonly TokenField[] = [uniformTokens(4), maskSource(4)].flatMap((source) =>
  schedules.map((schedule) => tokenField(discretePath(schedule, source), atoms)),
);
/** Two positions that know nothing of each other. */
const independent = tokenAtoms(
  tokensOf(
    [
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
    ],
    4,
  ),
  [6, 2, 3, 1],
);

const source = (field: TokenField, size: number, seed: number): Tokens =>
  drawSourceTokens(field.path.source, fork(rngOf(seed), "source"), { length: 2, size });

const densityAt = (field: TokenField, t: number): Float64Array =>
  field.logDensity(t, states, new Float64Array(states.size)).map(Math.exp);

function countsOf(x: Tokens): Float64Array {
  const counts = new Float64Array(states.size);
  for (const index of tokenIndex(x)) counts[index]++;
  return counts;
}

describe.each(fields)("$path.schedule.name from $path.source.name", (field) => {
  const { schedule } = field.path;

  test("the jump process has the law p_t at t = 0.3, 0.7, and that of the data at t → 1", () => {
    for (const [seed, to] of [0.3, 0.7, 1 - 1e-6].entries()) {
      const x0 = source(field, 1500, seed);
      const { x } = solveTokens(jumpTokens(x0, { rng: rngOf(seed), schedule, to }), field.rates);
      // At 1 − 1e-6 a state off the data has probability 2(1 − κ) < 1e-5: none is expected among 1500.
      const p = to > 0.9 ? densityAt(field, 1) : densityAt(field, to);
      expect(chiSquaredP(countsOf(x), p)).toBeGreaterThan(LEVEL);
    }
  });

  test("a corrector keeps p_t: its flows cancel at every state, and the corrected process has the same law", () => {
    for (const t of [0.2, 0.6, 0.9]) {
      const density = densityAt(field, t);
      const reached = Array.from(density.keys()).filter((b) => density[b] > 0);
      const x = takeSequences(states, reached);
      const found = correctorRates(field.path, field.denoiser, divFree(field.path, 2)).evaluate(
        t,
        x,
        new Float64Array(x.data.length * 4),
      );
      requireRates(x, found, 1e-15);
      const rates = new Float64Array(states.data.length * 4);
      reached.forEach((b, row) => {
        rates.set(found.subarray(row * 8, row * 8 + 8), b * 8);
      });
      // Rates of at most γ ≤ 20 in flows that cancel, each to 100ε.
      for (const v of netInflow(states, density, rates, new Float64Array(states.size))) expect(Math.abs(v)).toBeLessThan(1e-12);
    }
    const corrected = correctedRates(field.path, field.denoiser, (t) => 2 * schedule.at(t).hazard);
    const solve = jumpTokens(source(field, 3000, 11), { rng: rngOf(12), schedule, to: 0.7, bound: 3 });
    expect(chiSquaredP(countsOf(solveTokens(solve, corrected).x), densityAt(field, 0.7))).toBeGreaterThan(LEVEL);
  });

  test("the backward process turns the data into p_t: 100 steps down to t = 0.3", () => {
    const data = drawTokenAtoms(atoms, rngOf(20), 1500);
    const down = eulerTokens(data, uniformGrid(100, { from: 1, to: 0.3 }), { rng: rngOf(21) });
    const { x } = solveTokens(down, backwardRates(field.path, 2));
    expect(chiSquaredP(countsOf(x), densityAt(field, 0.3))).toBeGreaterThan(LEVEL);
  });
});

describe.each(schedules)("steps of many tokens under $name", (schedule) => {
  const field = tokenField(discretePath(schedule, uniformTokens(4)), atoms);

  test("Euler steps approach p_t: 60 steps of either form pass, 3 steps are told apart", () => {
    for (const jump of ["linear", "exponential"] as const) {
      const kept = new Map<number, Tokens>();
      const onState = (t: number, x: Tokens): void => {
        if (t === 0.5 || t === 0.9) kept.set(t, copyTokens(x));
      };
      const grid = customGrid([...uniformGrid(30, { to: 0.5 }), ...uniformGrid(30, { from: 0.5, to: 0.9 }).slice(1)]);
      solveTokens(eulerTokens(source(field, 2000, 7), grid, { rng: rngOf(8), jump, onState }), field.rates);
      for (const [t, x] of kept) expect(chiSquaredP(countsOf(x), densityAt(field, t))).toBeGreaterThan(LEVEL);
      expect(kept.size).toBe(2);
    }
    const coarse = eulerTokens(source(field, 20000, 7), uniformGrid(3, { to: 0.9 }), { rng: rngOf(8) });
    expect(chiSquaredP(countsOf(solveTokens(coarse, field.rates).x), densityAt(field, 0.9))).toBeLessThan(1e-6);
  });

  test("leaps with the denoiser approach the data at t = 1, where every token is drawn", () => {
    const steps = leapTokens(source(field, 2000, 3), uniformGrid(100), { rng: rngOf(4), schedule });
    const { x, nfe } = solveTokens(steps, field.denoiser);
    expect(nfe).toBe(100);
    const p = densityAt(field, 1);
    const counts = countsOf(x);
    const off = counts.filter((_, b) => p[b] === 0).reduce((sum, c) => sum + c, 0);
    expect(off / 2000).toBeLessThan(0.05); // O(1/100) of mass off the data; among the data the law is right
    const data = Array.from(p.keys()).filter((b) => p[b] > 0);
    const onData = data.map((b) => counts[b]);
    expect(
      chiSquaredP(
        onData,
        data.map((b) => p[b]),
      ),
    ).toBeGreaterThan(LEVEL);
  });

  test("where positions are independent three leaps are exact, from the mask too; Euler's law is off by O(h)", () => {
    for (const from of [uniformTokens(4), maskSource(4)]) {
      const alone = tokenField(discretePath(schedule, from), independent);
      const x0 = source(alone, 6000, 5);
      const kept: Tokens[] = [];
      const onState = (_: number, x: Tokens): void => void kept.push(copyTokens(x));
      solveTokens(leapTokens(x0, [0, 0.4, 0.8, 1], { rng: rngOf(6), schedule, onState }), alone.denoiser);
      // From uniform tokens p_{1|t} depends on the token itself, but for t = 0: only the first leap is exact.
      const exact = from.name === "mask" ? [0.4, 0.8, 1] : [0.4];
      for (const [n, t] of [0.4, 0.8, 1].entries()) {
        if (exact.includes(t)) expect(chiSquaredP(countsOf(kept[n + 1]), densityAt(alone, t))).toBeGreaterThan(LEVEL);
      }
      const euler = eulerTokens(x0, uniformGrid(3, { to: 0.8 }), { rng: rngOf(6) });
      expect(chiSquaredP(countsOf(solveTokens(euler, alone.rates).x), densityAt(alone, 0.8))).toBeLessThan(LEVEL);
    }
  });

  test("from the mask, two tokens at once may make a sequence that no data point leads to, and the exact field says so", () => {
    const masked = tokenField(discretePath(schedule, maskSource(4)), atoms);
    const steps = leapTokens(source(masked, 200, 1), uniformGrid(3), { rng: rngOf(1), schedule });
    expect(() => solveTokens(steps, masked.denoiser)).toThrow(/no data point can have led to this state/);
  });
});

test("jumps are told as they happen; masked tokens are unmasked once, and nothing else jumps", () => {
  const field = fields[2];
  const jumps: number[][] = [];
  const solve = jumpTokens(source(field, 50, 1), {
    rng: rngOf(1),
    schedule: field.path.schedule,
    to: 1 - 1e-9,
    onJump: (b, t, position, token) => jumps.push([b, t, position, token]),
  });
  const { x, nfe } = solveTokens(solve, field.rates);
  expect(jumps.length).toBe(100);
  expect(nfe).toBeGreaterThan(100);
  for (const [b, t, position, token] of jumps) {
    expect(x.data[2 * b + position]).toBe(token);
    expect(t > 0 && t < 1).toBe(true);
  }
});

test("a field that answers later gives the same tokens, and an abort is heard", async () => {
  const field = fields[0];
  const solve = () => eulerTokens(source(field, 20, 2), uniformGrid(10), { rng: rngOf(2) });
  const later: RateField<Promise<Float64Array>> = {
    ...field.rates,
    evaluate: (t, x, out) => Promise.resolve(field.rates.evaluate(t, x, out)),
  };
  const now = solveTokens(solve(), field.rates);
  expect(await solveTokensAsync(solve(), later)).toEqual(now);
  const network: TokenDenoiser<Promise<Float64Array>> = {
    ...field.denoiser,
    evaluate: (t, x, out) => Promise.resolve(field.denoiser.evaluate(t, x, out)),
  };
  const jumps = () => jumpTokens(source(field, 20, 2), { rng: rngOf(2), schedule: field.path.schedule, to: 0.9 });
  const rates = denoiserRates(field.path.schedule, field.denoiser);
  expect(await solveTokensAsync(jumps(), asyncDenoiserRates(field.path.schedule, network))).toEqual(solveTokens(jumps(), rates));
  expect(() => solveTokens(solve(), field.rates, { signal: { aborted: true } })).toThrow(
    /^Cannot finish the tokens: .* at t = 0/,
  );
  await expect(solveTokensAsync(solve(), later, { signal: { aborted: true, reason: new Error("enough") } })).rejects.toThrow(
    "enough",
  );
});

/** A model that always says token 2, as flow_matching's tests have it. */
const always: TokenDenoiser = {
  kind: "denoiser",
  length: 1,
  vocabulary: 3,
  evaluate: (_, x, out) => {
    out.fill(0);
    for (let b = 0; b < x.size; b++) out[3 * b + 2] = 1;
    return out;
  },
};

test("a model that always says token 2 ends there; states come at every time of the grid [flow_matching's solver tests]", () => {
  const path = discretePath(kappaOf(condOt()), { ...uniformTokens(3), probabilities: Float64Array.of(0.5, 0.5, 0) });
  const x0 = tokensOf([[0]], 3);
  const seen: number[] = [];
  const ten = leapTokens(x0, uniformGrid(10), { rng: rngOf(0), schedule: path.schedule, onState: (t) => seen.push(t) });
  expect([...solveTokens(ten, always).x.data]).toEqual([2]);
  expect(seen.length).toBe(11);
  expect([...x0.data]).toEqual([0]);
  for (const c of [0, 1]) {
    // Their div_free is infinite at t = 0, where ours is refused; the grid starts after it. Corrected at 0.999 by c·κ̇/(κ(1 − κ))
    // the last token may be resampled from q with probability below (1 − κ)(1 + c).
    const rates = correctedRates(path, always, divFree(path, c));
    const grid = customGrid([...stepGrid(0.01, { from: 0.01, to: 0.99 }), 0.999]);
    const { x } = solveTokens(
      eulerTokens(
        tokensOf(
          Array.from({ length: 1000 }, () => [0]),
          3,
        ),
        grid,
        { rng: rngOf(1) },
      ),
      rates,
    );
    const ended = x.data.filter((token) => token === 2).length;
    expect(ended).toBeGreaterThan(940);
  }
  expect(() => correctedRates(path, always, divFree(path, 1)).evaluate(0, x0, new Float64Array(3))).toThrow(
    "Cannot give rates: their strength is Infinity at t = 0; expected a finite number ≥ 0",
  );
});

test("steps that are too long, wrong times, wrong shapes and rates above the bound are refused", () => {
  const field = fields[0];
  const { schedule } = field.path;
  const x0 = source(field, 100, 5);
  const rng = rngOf(5);
  expect(() => solveTokens(eulerTokens(x0, [0.5, 0.99], { rng, jump: "linear" }), field.rates)).not.toThrow();
  expect(() => solveTokens(eulerTokens(x0, [0.9, 1], { rng, jump: "linear" }), field.rates)).not.toThrow();
  const fast: RateField = {
    ...field.rates,
    evaluate(t, x, out) {
      return field.rates.evaluate(t, x, out).map((rate) => 3 * rate);
    },
  };
  expect(() => solveTokens(eulerTokens(x0, [0.5, 0.9], { rng, jump: "linear" }), fast)).toThrow(
    /^Cannot take an Euler step at t = 0.5: a token would jump with probability 1\.\d+; expected a step of at most/,
  );
  expect(() => solveTokens(jumpTokens(x0, { rng, schedule, from: 0.5, to: 0.9 }), fast)).toThrow(
    /expected at most .* or a larger bound/,
  );
  expect(() => jumpTokens(x0, { rng, schedule, to: 1 })).toThrow(
    "Cannot follow the jumps from t = 0 to 1: expected 0 ≤ from < to < 1",
  );
  expect(() => jumpTokens(x0, { rng, schedule, to: 0.5, bound: 0 })).toThrow(/the bound is 0/);
  expect(() => leapTokens(x0, [1, 0], { rng, schedule })).toThrow(/expected a grid that increases/);
  expect(() => solveTokens(eulerTokens(tokensOf([[0]], 4), [0, 1], { rng }), field.rates)).toThrow(
    "Cannot use the tokens: they are 1 of 4 tokens; expected 2 of 4 tokens",
  );
  expect(() => correctorRates(field.path, field.denoiser, () => -1).evaluate(0.5, x0, new Float64Array(800))).toThrow(
    /their strength is -1/,
  );
  expect(() => backwardRates(field.path, 2).evaluate(0, x0, new Float64Array(800))).toThrow(
    /strength is (NaN|Infinity) at t = 0/,
  );
});
