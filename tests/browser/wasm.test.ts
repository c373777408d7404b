import { env } from "node:process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recipes } from "../../conformance/scan-backend-suite.js";
import { fixedRecipes } from "../../conformance/scan-problems.js";
import { inChromium } from "./run-in-page.js";

const everything = env.FLUXION_TEST_ALL === "1";
const PATIENCE = 600_000; // a busy machine

const fixed = fixedRecipes().filter((_, k) => everything || k % 2 === 0);
const random = fc.sample(recipes(Infinity), { numRuns: everything ? 1000 : 60, seed: 7 });

describe.each([
  { page: "with shared memory", isolated: true, name: "wasm ×2" },
  { page: "without shared memory", isolated: false, name: "wasm ×1 (no shared memory)" },
])("the WebAssembly backend in a page $page", ({ isolated, name }) => {
  const inPage = inChromium(undefined, { isolated });

  it("says what it is", async (test) => {
    expect(await inPage(test, "scan-backends", "nameOf", "wasm")).toBe(name);
  });

  for (const kind of ["wasm", "wasm without fused products"]) {
    it(`solves the problems of the conformance suite within its own bounds: ${kind}`, { timeout: PATIENCE }, async (test) => {
      expect(await inPage<string[]>(test, "scan-backends", "violations", kind, [...fixed, ...random])).toEqual([]);
    });
  }

  it("refuses bad queries, and everything after close", async (test) => {
    expect(await inPage(test, "scan-backends", "lifeViolations", "wasm")).toEqual([]);
  });
});
