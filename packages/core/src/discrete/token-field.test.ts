import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { condOt, polynomial } from "../scheduler/index.js";
import { discretePath } from "./discrete-path.js";
import { allTokens } from "./enumerate-tokens.js";
import { densitySlope, netInflow } from "./forward-equation.js";
import { cosineKappa, kappaOf } from "./kappa-schedule.js";
import { denoiserRates, requireRates } from "./rate-field.js";
import { tokenAtoms } from "./token-atoms.js";
import { tokenField } from "./token-field.js";
import { maskSource, tokenSource, uniformTokens } from "./token-source.js";
import { sequenceOf, type Tokens, takeSequences, tokensOf } from "./tokens.js";

const sequences = [
  [0, 1, 2],
  [0, 1, 1],
  [2, 2, 0],
  [1, 0, 2],
  [2, 1, 2],
];
const atoms = tokenAtoms(tokensOf(sequences, 4), [1, 2, 3, 1, 5]);
const states = allTokens({ length: 3, vocabulary: 4 });
const sources = [uniformTokens(4), maskSource(4), tokenSource([3, 1, 2, 0.5])];
const schedules = [kappaOf(condOt()), kappaOf(polynomial(2)), cosineKappa()];
const cases = schedules.flatMap((schedule) =>
  sources.map((source) => ({ field: tokenField(discretePath(schedule, source), atoms) })),
);

/** p_t of every state, by the sum over data of the product over positions, outside the log domain. */
function densityByHand({ path, atoms: data }: ReturnType<typeof tokenField>, t: number): Float64Array {
  const { kappa } = path.schedule.at(t);
  return Float64Array.from({ length: states.size }, (_, b) => {
    let sum = 0;
    for (let i = 0; i < data.z.size; i++) {
      let product = data.weights[i];
      sequenceOf(states, b).forEach((token, l) => {
        product *= (1 - kappa) * path.source.probabilities[token] + kappa * (sequenceOf(data.z, i)[l] === token ? 1 : 0);
      });
      sum += product;
    }
    return sum;
  });
}

/** The rates at all states that are reached, and 0 at the others, [K^L, L, K]. */
function ratesEverywhere(field: ReturnType<typeof tokenField>, t: number, density: Float64Array): Float64Array {
  const reached = Array.from(density.keys()).filter((b) => density[b] > 0);
  const x = takeSequences(states, reached);
  const found = field.rates.evaluate(t, x, new Float64Array(x.data.length * 4));
  const rates = new Float64Array(states.data.length * 4);
  reached.forEach((b, row) => {
    rates.set(found.subarray(row * 12, (row + 1) * 12), b * 12);
  });
  return rates;
}

describe.each(cases)("$field.path.schedule.name from $field.path.source.name", ({ field }) => {
  const times = [0.05, 0.3, 0.7, 0.95];

  test("p_t is the sum over the data, and adds up to 1", () => {
    for (const t of [0, ...times, 1]) {
      const expected = densityByHand(field, t);
      const found = field.logDensity(t, states, new Float64Array(states.size)).map(Math.exp);
      // A few logarithms of numbers down to 1e-6, and their exponential: 100ε relative.
      found.forEach((p, b) => {
        expect(Math.abs(p - expected[b])).toBeLessThan(1e-13 * expected[b] + 1e-300);
      });
      expect(Math.abs(found.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-13);
    }
  });

  test("the rates solve the Kolmogorov forward equation on all 64 states, and conserve probability", () => {
    for (const t of times) {
      const density = densityByHand(field, t);
      const rates = ratesEverywhere(field, t, density);
      const inflow = netInflow(states, density, rates, new Float64Array(states.size));
      const { dKappa, hazard } = field.path.schedule.at(t);
      const slope = densitySlope(field.posterior, states, field.path.schedule.at(t), new Float64Array(states.size));
      // Sums of 3·4 flows of at most p·hazard, each to about 100ε by the posterior.
      const tolerance = 1e-13 * hazard;
      slope.forEach((value, b) => {
        expect(Math.abs(dKappa * value - inflow[b])).toBeLessThan(tolerance);
      });
      expect(Math.abs(inflow.reduce((sum, v) => sum + v, 0))).toBeLessThan(tolerance);
    }
  });

  test("the closed form of ∂p/∂κ is the difference quotient of p", () => {
    const h = 1e-5;
    const [t, schedule] = [0.6, field.path.schedule];
    const [before, after] = [t - h, t + h].map((time) => densityByHand(field, time));
    const slope = densitySlope(field.posterior, states, schedule.at(t), new Float64Array(states.size));
    // Central differences: h²/6 times third derivatives below 50, and rounding ε/h.
    slope.forEach((value, b) => {
      expect(Math.abs(schedule.at(t).dKappa * value - (after[b] - before[b]) / (2 * h))).toBeLessThan(2e-9);
    });
  });

  test("the rate conditions hold, and rates from the denoiser are the same rates", () => {
    for (const t of times) {
      const density = densityByHand(field, t);
      const x = takeSequences(
        states,
        Array.from(density.keys()).filter((b) => density[b] > 0),
      );
      const rates = field.rates.evaluate(t, x, new Float64Array(x.data.length * 4));
      requireRates(x, rates, 16 * Number.EPSILON); // both are sums of the same 5 weights, in another order
      const other = denoiserRates(field.path.schedule, field.denoiser).evaluate(t, x, new Float64Array(rates.length));
      const { hazard } = field.path.schedule.at(t);
      rates.forEach((rate, at) => {
        expect(Math.abs(rate - other[at])).toBeLessThan(16 * Number.EPSILON * hazard);
      });
    }
  });

  test("posterior weights are Bayes' rule on the conditional densities", () => {
    const x = tokensOf([[2, 1, 2]], 4);
    const at = field.path.schedule.at(0.4);
    const weights = field.posterior.weights(x, at, new Float64Array(5));
    const conditional = field.posterior.conditionalLogDensity(x, at, new Float64Array(5));
    const [logDensity] = field.posterior.logDensity(x, at, new Float64Array(1));
    weights.forEach((weight, i) => {
      expect(Math.abs(weight - atoms.weights[i] * Math.exp(conditional[i] - logDensity))).toBeLessThan(1e-14);
    });
  });

  test("at t = 1 the data and only they are left: the denoiser gives the sequence itself, rates are refused", () => {
    const p = field.denoiser.evaluate(1, atoms.z, new Float64Array(60));
    atoms.z.data.forEach((token, at) => {
      expect([...p.subarray(4 * at, 4 * at + 4)]).toEqual([0, 1, 2, 3].map((k) => (k === token ? 1 : 0)));
    });
    expect(() => field.denoiser.evaluate(1, tokensOf([[0, 0, 0]], 4), new Float64Array(12))).toThrow(
      /no data point can have led/,
    );
    expect(() => field.rates.evaluate(1, atoms.z, new Float64Array(60))).toThrow(/κ̇\/\(1 − κ\) is Infinity at t = 1/);
  });
});

test("the master equation with the exact rates carries the source to p_t: Runge–Kutta on 64 states", () => {
  for (const source of sources) {
    const field = tokenField(discretePath(kappaOf(condOt()), source), atoms);
    const slope = (t: number, p: Float64Array): Float64Array => {
      const rates = ratesEverywhere(field, t, densityByHand(field, t));
      return netInflow(states, p, rates, new Float64Array(states.size));
    };
    let p = densityByHand(field, 0);
    const [steps, end] = [64, 0.8];
    const h = end / steps;
    const moved = (by: number, k: Float64Array): Float64Array => p.map((v, b) => v + by * k[b]);
    for (let n = 0; n < steps; n++) {
      const t = n * h;
      // States without density have no rates; for the mask those are left at once, so that rates exist from t > 0 on.
      const k1 = slope(t, p);
      const k2 = slope(t + h / 2, moved(h / 2, k1));
      const k3 = slope(t + h / 2, moved(h / 2, k2));
      const k4 = slope(t + h, moved(h, k3));
      p = p.map((v, b) => v + (h / 6) * (k1[b] + 2 * k2[b] + 2 * k3[b] + k4[b]));
    }
    const expected = densityByHand(field, end);
    // Order 4: (h·hazard)⁴ = (0.0125·5)⁴ = 1.5e-5 at the end, times the 1/120 of the leading error and the 0.8 of the interval.
    p.forEach((v, b) => {
      expect(Math.abs(v - expected[b])).toBeLessThan(1e-6);
    });
  }
});

test("with one sequence the marginal rates are the conditional rates κ̇/(1 − κ)(δ_z − δ_x)", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(4), { minLength: 4, maxLength: 4 }),
      fc.array(fc.nat(4), { minLength: 4, maxLength: 4 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (z, x, t) => {
        const schedule = kappaOf(condOt());
        const field = tokenField(discretePath(schedule, uniformTokens(5)), tokenAtoms(tokensOf([z], 5)));
        const rates = field.rates.evaluate(t, tokensOf([x], 5), new Float64Array(20));
        rates.forEach((rate, at) => {
          const [l, k] = [Math.floor(at / 5), at % 5];
          expect(rate).toBe(schedule.at(t).hazard * ((k === z[l] ? 1 : 0) - (k === x[l] ? 1 : 0)));
        });
      },
    ),
  );
});

test("long sequences do not underflow: 5000 positions, where p_t(x|z) is below the smallest double", () => {
  const row = (seed: number): number[] => Array.from({ length: 5000 }, (_, l) => (l * l + seed) % 7);
  const data = tokenAtoms(tokensOf([row(0), row(3)], 7));
  const field = tokenField(discretePath(kappaOf(condOt()), uniformTokens(7)), data);
  const x: Tokens = tokensOf([row(0)], 7);
  const [logDensity] = field.logDensity(0.01, x, new Float64Array(1));
  expect(logDensity).toBeLessThan(-9000);
  expect(field.posterior.weights(x, field.path.schedule.at(0.01), new Float64Array(2))[0]).toBeGreaterThan(0.999);
});

test("data that the source's vocabulary does not fit are refused, and so is a denoiser that is none", () => {
  expect(() => tokenField(discretePath(cosineKappa(), uniformTokens(5)), atoms)).toThrow(
    "Cannot use the data: they are 3 of 4 tokens; expected 3 of 5 tokens",
  );
  const x = tokensOf([[0, 1]], 2);
  const told = (p: number[]) =>
    denoiserRates(cosineKappa(), {
      kind: "denoiser",
      length: 2,
      vocabulary: 2,
      evaluate: (_, __, out) => {
        out.set(p);
        return out;
      },
    }).evaluate(0.5, x, new Float64Array(4));
  expect(() => told([0.5, 0.5, 0.9, 0.3])).toThrow(/probabilities of token 1 of sequence 0 add up to 1.2; expected 1/);
  expect(() => told([1.5, -0.5, 0.5, 0.5])).toThrow(/a probability at token 0 of sequence 0 is -0.5; expected ≥ 0/);
  expect(() => requireRates(x, Float64Array.of(-1, 1, 2, -1), 1e-12)).toThrow(
    "Cannot use the rates: those of token 1 of sequence 0 add up to 1; expected 0",
  );
  expect(() => requireRates(x, Float64Array.of(1, -1, 0, 0), 1e-12)).toThrow(/to 1 is -1; expected a finite number ≥ 0/);
  expect(() => requireRates(x, new Float64Array(3), 1e-12)).toThrow(/there are 3; expected 4/);
});
