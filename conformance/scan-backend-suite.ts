import { certifyScan } from "@fluxion/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { check, checkLife, type MakeBackend } from "./scan-backend.js";
import {
  atSnr,
  fixedRecipes,
  ordinary,
  places,
  type ScanRecipe,
  scanProblem,
  shapes,
  straight,
  weightings,
} from "./scan-problems.js";

/** What a backend can, and how much of the suite it takes. */
export interface ScanBackendSuiteOptions {
  /** Why the suite does not run on this machine. */
  readonly skip?: string;
  /** Random problems. @defaultValue 1000 */
  readonly cases?: number;
  /**
   * What it must certify on ordinary data (40 atoms in 16 dimensions, t from 0.02 to 0.9), relative to the radius, and this
   * much at t = 0.999 between two neighbours: bounds that are valid but say nothing do not pass.
   */
  readonly reaches: number;
  /** Whether it computes Jacobian-vector products. @defaultValue true */
  readonly tangent?: boolean;
  /** The dimensions it takes. @defaultValue all */
  readonly dims?: { readonly most: number };
  /** Whether it takes the atoms of a problem. @defaultValue all */
  readonly takes?: (recipe: ScanRecipe) => boolean;
}

/** Runs the conformance suite of scan backends. */
export function scanBackendSuite(name: string, make: MakeBackend, options: ScanBackendSuiteOptions): void {
  const { cases = 1000, reaches, tangent = true, dims = { most: Infinity }, takes = () => true, skip } = options;
  const fits = (recipe: ScanRecipe): boolean => recipe.D <= dims.most && takes(recipe);
  const able = (recipe: ScanRecipe): ScanRecipe => (tangent ? recipe : { ...recipe, tangent: false });
  const violations = async (recipe: ScanRecipe): Promise<readonly string[]> => {
    const problem = scanProblem(able(recipe));
    const backend = await make(problem.atoms);
    try {
      return (await check(backend, problem)).map((violation) => `${violation} in ${JSON.stringify(recipe)}`);
    } finally {
      await backend.close();
    }
  };

  describe(`${name} as a scan backend`, () => {
    test("solves every fixed problem within its own bounds", async (context) => {
      if (skip !== undefined) context.skip(skip);
      const found: string[] = [];
      for (const recipe of fixedRecipes().filter(fits)) found.push(...(await violations(recipe)));
      expect(found).toEqual([]);
    });

    test(`solves ${cases} random problems within its own bounds`, async (context) => {
      if (skip !== undefined) context.skip(skip);
      await fc.assert(
        fc.asyncProperty(recipes(dims.most).filter(fits), async (recipe) => {
          expect(await violations(recipe)).toEqual([]);
        }),
        { numRuns: process.env.FLUXION_TEST_ALL === "1" ? 10 * cases : cases },
      );
    }, 900_000);

    test(`certifies ordinary data to ${reaches} of their radius`, async (context) => {
      if (skip !== undefined) context.skip(skip);
      for (const t of [0.02, 0.3, 0.6, 0.9]) {
        const problem = scanProblem({ ...ordinary, D: Math.min(16, dims.most), B: 8, ...straight(t) });
        const backend = await make(problem.atoms);
        const demand = backend.meets.has("exact") ? ({ kind: "exact" } as const) : ({ kind: "certified", epsilon: 0 } as const);
        const { mean } = certifyScan(await backend.scan(problem.x, problem.query, demand), backend, problem.query);
        expect(Math.max(...mean) / backend.radius, `t = ${t}`).toBeLessThan(reaches);
        await backend.close();
      }
    });

    test("refuses what is not a query, and everything once it is closed", async (context) => {
      if (skip !== undefined) context.skip(skip);
      expect(await checkLife(make, scanProblem(ordinary))).toEqual([]);
    });
  });
}

/** Small problems of every kind. */
export function recipes(most: number): fc.Arbitrary<ScanRecipe> {
  const times = fc.oneof(
    fc.double({ min: 0, max: 0.9999, noNaN: true }).map(straight),
    fc.constantFrom(0, 0.9, 0.99, 0.999, 0.9999).map(straight),
    fc.double({ min: -8, max: 8, noNaN: true }).map((exponent) => atSnr(10 ** exponent)),
  );
  return fc
    .record({
      shape: fc.constantFrom(...shapes),
      place: fc.constantFrom(...places),
      weighting: fc.constantFrom(...weightings),
      N: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 60 })),
      D: fc.constantFrom(...[1, 2, 3, 7, 16, 33].filter((D) => D <= most)),
      B: fc.integer({ min: 0, max: 3 }),
      time: times,
      scale: fc.constantFrom(1, 1, 1, 1e-3, 1e3, 1e-9, 1e9),
      spread: fc.boolean(),
      tangent: fc.boolean(),
      top: fc.constantFrom(0, 1, 3, 100),
      key: fc.nat(1e6),
    })
    .map(({ time, ...rest }) => ({ ...rest, ...time }));
}
