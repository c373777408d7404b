import { describe, expect, test } from "vitest";
import {
  cosineKappa,
  discretePath,
  kappaOf,
  maskSource,
  type TokenField,
  tokenAtoms,
  tokenField,
  tokensOf,
  uniformTokens,
} from "../discrete/index.js";
import { polynomial } from "../scheduler/index.js";
import { verifyTokens } from "./verify-tokens.js";

const atoms = tokenAtoms(
  tokensOf(
    [
      [0, 1, 2],
      [2, 2, 0],
      [0, 0, 2],
    ],
    4,
  ),
  [1, 2, 4],
);
const failed = (field: TokenField): string[] =>
  verifyTokens(field)
    .checks.filter(({ passed }) => !passed)
    .map(({ id }) => id);

describe.each([uniformTokens(4), maskSource(4)])("from $name", (source) => {
  test.each([kappaOf(polynomial(2)), cosineKappa()])("every check passes under $name", (schedule) => {
    const { checks, passed } = verifyTokens(tokenField(discretePath(schedule, source), atoms));
    expect(checks.filter((check) => !check.passed)).toEqual([]);
    expect(passed).toBe(true);
    expect(checks.length).toBe(source.name === "mask" ? 6 : 5);
  });

  const field = tokenField(discretePath(cosineKappa(), source), atoms);
  const rates = (change: (rate: number, at: number) => number): TokenField => ({
    ...field,
    rates: { ...field.rates, evaluate: (t, x, out) => field.rates.evaluate(t, x, out).map(change) },
  });

  test("a wrong speed fails the forward equation alone; rows that do not add up, and negative rates, fail as rates too", () => {
    expect(failed(rates((rate) => 1.001 * rate))).toEqual(["tokens-forward"]);
    expect(failed(rates((rate, at) => (at % 4 === 0 ? rate + 0.01 : rate)))).toEqual(["tokens-rates", "tokens-forward"]);
    expect(failed(rates((rate) => -rate))).toEqual(["tokens-rates", "tokens-forward"]);
  });

  test("another schedule's density, other data's denoiser and a wrong density are found", () => {
    const other = tokenField(discretePath(kappaOf(polynomial(2)), source), atoms);
    expect(failed({ ...field, logDensity: other.logDensity })).toContain("tokens-forward");
    const reweighted = tokenField(field.path, tokenAtoms(atoms.z));
    expect(failed({ ...field, denoiser: reweighted.denoiser })).toEqual(["tokens-denoiser"]);
    expect(failed({ ...field, logDensity: reweighted.logDensity })).toContain("tokens-ends");
    const dense = (t: number, x: typeof atoms.z, out: Float64Array) => field.logDensity(t, x, out).map((v) => v + 1e-9);
    expect(failed({ ...field, logDensity: dense })).toContain("tokens-mass");
  });
});

test("the floor is checked against the entropy of the data that the field names, and too many states are refused", () => {
  const field = tokenField(discretePath(cosineKappa(), maskSource(4)), atoms);
  expect(failed({ ...field, atoms: tokenAtoms(atoms.z) })).toContain("tokens-floor");
  const long = tokenField(discretePath(cosineKappa(), uniformTokens(4)), tokenAtoms(tokensOf([[0, 1, 2, 3, 0, 1, 2]], 4)));
  expect(() => verifyTokens(long)).toThrow("Cannot verify 4^7 states by enumeration: expected at most 4096");
});
