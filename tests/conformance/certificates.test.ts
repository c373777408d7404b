/** Whether certificates hold for errors of every size, and whether the suite of backends finds out those that do not. */
import { certifyScan, referenceBackend, type ScanBackend } from "@fluxion/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Noise, noisyBackend } from "../../conformance/noisy-backend.js";
import { check } from "../../conformance/scan-backend.js";
import { recipes } from "../../conformance/scan-backend-suite.js";
import { ordinary, scanProblem, straight } from "../../conformance/scan-problems.js";

const size = (least: number, most: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.constant(0),
    fc.double({ min: Math.log10(least), max: Math.log10(most), noNaN: true }).map((v) => 10 ** v),
  );
const noises: fc.Arbitrary<Noise> = fc.record({
  logit: size(1e-9, 4),
  shift: size(1e-9, 10),
  mean: size(1e-9, 0.1),
  mass: size(1e-9, 0.1),
  skipped: size(1e-12, 0.9),
  key: fc.nat(1e6),
});
const runs = process.env.FLUXION_TEST_ALL === "1" ? 50_000 : 1500;

describe("certificates", () => {
  it("hold for a backend that is as wrong as it says, in the worst direction", async () => {
    await fc.assert(
      fc.asyncProperty(recipes(16), noises, async (recipe, noise) => {
        const problem = scanProblem(recipe);
        expect(await check(noisyBackend(problem.atoms, noise), problem)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  it("fail for a backend that states less than half of its errors", async () => {
    const noise = { logit: 0.3, shift: 0.1, mean: 1e-3, mass: 1e-2, skipped: 0.1, key: 5 };
    for (const part of ["logit", "mean", "mass", "skipped"] as const) {
      const honest = { logit: 0, shift: 0, mean: 0, mass: 0, skipped: 0, key: 5, [part]: noise[part] };
      const found: string[] = [];
      for (let key = 0; key < 20; key++) {
        const problem = scanProblem({ ...ordinary, key, ...straight(0.4 + 0.02 * key) });
        const backend = noisyBackend(problem.atoms, honest);
        const lying: ScanBackend = {
          ...backend,
          async scan(x, query, demand) {
            const scan = await backend.scan(x, query, demand);
            const { error } = scan;
            return { ...scan, error: { ...error, [part]: error[part].map((v) => 0.4 * v) } };
          },
        };
        found.push(...(await check(lying, problem)));
      }
      expect(found.length, part).toBeGreaterThan(0);
    }
  });

  it("let float32 logits certify a concentrated posterior to the rounding of its sums", async () => {
    const problem = scanProblem({ ...ordinary, D: 64, ...straight(0.9) });
    const noise = { logit: 0.05, shift: 0, mean: 1e-7, mass: 1e-4, skipped: 0, key: 1 };
    const backend = noisyBackend(problem.atoms, noise);
    const demand = { kind: "certified", epsilon: 1e-2 } as const;
    const { mean, weights } = certifyScan(await backend.scan(problem.x, problem.query, demand), backend, problem.query);
    expect(Math.max(...weights)).toBeLessThan(1e-20); // free of all knowledge it would be tanh(0.025)
    expect(Math.max(...mean) / backend.radius).toBeLessThan(1.1e-7);
  });
});

/** The reference with one fault. */
const faulty =
  (fault: (scan: Awaited<ReturnType<ScanBackend["scan"]>>) => Partial<Awaited<ReturnType<ScanBackend["scan"]>>>) =>
  async (): Promise<string> => {
    const problem = scanProblem({ ...ordinary, tangent: true, ...straight(0.3) });
    const reference = referenceBackend(problem.atoms);
    const backend: ScanBackend = {
      ...reference,
      async scan(x, query, demand) {
        const scan = await reference.scan(x, query, demand);
        return { ...scan, ...fault(scan) };
      },
    };
    return (await check(backend, problem)).join("\n");
  };

describe("the suite finds out", () => {
  it.each([
    [
      "a mean that is rounded to float32",
      "mean is off",
      (s) => ({ ...s, mean: { ...s.mean, data: s.mean.data.map(Math.fround) } }),
    ],
    ["a mass without the last atom", "log-density is off", (s) => ({ ...s, mass: s.mass.map((m) => m - 1e-9) })],
    ["a spread about another point", "tr Cov is off", (s) => ({ ...s, spread: s.spread.map((v) => v + 1e-8) })],
    ["an entropy from other logits", "entropy is off", (s) => ({ ...s, logitSum: s.logitSum.map((v) => v - 1e-8) })],
    ["two exchanged weights", "wrong order", (s) => ({ ...s, best: { ...s.best, logits: s.best.logits.slice().reverse() } })],
    ["a wrong index", "is off by", (s) => ({ ...s, best: { ...s.best, indices: s.best.indices.map((i) => (i + 1) % 40) } })],
    [
      "a tangent without its last row",
      "tangent is off",
      (s) => ({ ...s, tangent: s.tangent && { ...s.tangent, data: s.tangent.data.map((v) => v * (1 + 1e-9)) } }),
    ],
    ["a state of another length", "has length", (s) => ({ ...s, mass: s.mass.slice(1) })],
  ] satisfies readonly [string, string, (state: Awaited<ReturnType<ScanBackend["scan"]>>["state"]) => unknown][])(
    "%s",
    async (_, message, change) => {
      const run = faulty(({ state }) => ({ state: change(state) as typeof state }));
      expect(await run()).toContain(message);
    },
  );

  it("pairs that are neither evaluated nor skipped, and those that an exact scan skips", async () => {
    expect(await faulty(({ evaluations }) => ({ evaluations: evaluations - 1 }))()).toContain("pairs are not");
    expect(await faulty(({ evaluations }) => ({ evaluations: evaluations - 1, skipped: 1 }))()).toContain("1 pairs are skipped");
  });

  it("a bound that is not a number", async () => {
    const run = faulty(({ error }) => ({ error: { ...error, mean: error.mean.map(() => Number.NaN) } }));
    expect(await run()).toContain("error.mean of point 0 is NaN");
  });

  it("an exact answer that depends on how often it was asked", async () => {
    let asked = 0;
    const run = faulty(({ state }) => {
      const late = ++asked > 1 ? 1e-15 : 0;
      return { state: { ...state, top: state.top.map((v) => v * (1 + late)) } };
    });
    expect(await run()).toContain("has other bytes the second time");
  });

  it("a radius that is too small", async () => {
    const problem = scanProblem(ordinary);
    const reference = referenceBackend(problem.atoms);
    expect((await check({ ...reference, radius: reference.radius / 4 }, problem)).join()).toContain("is less than half of");
  });
});
