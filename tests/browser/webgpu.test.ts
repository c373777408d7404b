import { env } from "node:process";
import fc from "fast-check";
import { expect, it, type TestContext } from "vitest";
import { recipes } from "../../conformance/scan-backend-suite.js";
import { fixedRecipes, ordinary, type ScanRecipe, straight } from "../../conformance/scan-problems.js";
import { SWIFTSHADER } from "./chromium.js";
import { inChromium } from "./run-in-page.js";

/** What `gpu-field` tells. */
interface Velocities {
  readonly off: readonly number[];
  readonly allowed: readonly number[];
  readonly backend: string;
  readonly promise: string;
}

const inPage = inChromium(SWIFTSHADER);
const everything = env.FLUXION_TEST_ALL === "1";
const PATIENCE = 900_000; // SwiftShader on a busy machine

/** Skips where the Chromium of this machine has no adapter, and says so. */
async function needAdapter(context: TestContext): Promise<void> {
  const name = await inPage<string | undefined>(context, "gpu-device", "adapterName");
  if (!name) context.skip("this Chromium offers no WebGPU adapter, not even SwiftShader");
}

/** A part of some recipes, always the same; all of them with test:all. */
const some = (all: readonly ScanRecipe[], every: number): ScanRecipe[] => all.filter((_, k) => everything || k % every === 0);

const violations = (test: TestContext, backend: string, list: readonly ScanRecipe[]): Promise<string[]> =>
  inPage<string[]>(test, "scan-backends", "violations", backend, list);

it("solves the fixed problems of the conformance suite within its own bounds", { timeout: PATIENCE }, async (test) => {
  await needAdapter(test);
  expect(await violations(test, "webgpu", some(fixedRecipes(), 6))).toEqual([]);
});

it("solves random problems within its own bounds", { timeout: PATIENCE }, async (test) => {
  await needAdapter(test);
  const random = fc.sample(recipes(Infinity), { numRuns: everything ? 400 : 20, seed: 5 });
  expect(await violations(test, "webgpu", random)).toEqual([]);
});

it("answers the same from several buffers and several visits as conformance asks", { timeout: PATIENCE }, async (test) => {
  await needAdapter(test);
  const list = [
    { ...ordinary, N: 9001, D: 2, B: 1, top: 3, ...straight(0.2) }, // 4096 atoms a shard
    { ...ordinary, N: 5000, D: 40, B: 1, top: 0, tangent: true, ...straight(0.2) },
    { ...ordinary, N: 90, D: 20, B: 70, top: 3, tangent: true, ...straight(0.4) }, // 64 queries a visit
    { ...ordinary, N: 90, D: 3, B: 70, top: 0, ...straight(0.4) },
  ];
  expect(await violations(test, "webgpu in small buffers", list)).toEqual([]);
});

it("bounds what storage lost, where float64 was not kept", { timeout: PATIENCE }, async (test) => {
  await needAdapter(test);
  const random = fc.sample(recipes(Infinity), { numRuns: everything ? 100 : 10, seed: 6 });
  expect(await violations(test, "webgpu without float64", random)).toEqual([]);
});

it("refuses bad queries, and everything after close", async (test) => {
  await needAdapter(test);
  expect(await inPage(test, "scan-backends", "lifeViolations", "webgpu")).toEqual([]);
});

it("says that the device was lost to every scan that it loses, and closes all the same", async (test) => {
  await needAdapter(test);
  const answers = await inPage<Record<string, string>>(test, "lost-device", "results");
  for (const name of ["underWay", "waiting", "afterwards"]) {
    expect(answers[name]).toMatch(
      /^Error: Cannot scan the atoms: the GPU device was lost \(destroyed.*\); expected a device that lives$/,
    );
  }
  expect(answers.binding).toMatch(/^Error: Cannot bind the atoms: the GPU device was lost \(destroyed/);
  expect(answers.closing).toBe("an answer");
});

it("destroys the device that it opened, not one that it was lent", async (test) => {
  await needAdapter(test);
  expect(await inPage(test, "lost-device", "owners")).toEqual({ lent: true, owned: false });
});

it("certifies ordinary data in float32 alone, to what the depth of its sums promises", async (test) => {
  await needAdapter(test);
  const cases = [
    { D: 2, top: 0, N: 1000, ...straight(0.3) },
    { D: 64, N: 300, ...straight(0.1) },
    { D: 784, N: 100, ...straight(0.1) },
  ];
  const reached = await inPage<number[]>(test, "device-bounds", "results", cases);
  reached.forEach((bound, k) => {
    expect(bound, JSON.stringify(cases[k])).toBeGreaterThan(1e-7); // nothing in float64 answered
    expect(bound, JSON.stringify(cases[k])).toBeLessThan(1e-3);
  });
});

it("gives velocities as near to the float64 field as their certificate says", async (test) => {
  await needAdapter(test);
  const { off, allowed, ...certificate } = await inPage<Velocities>(test, "gpu-field", "results");
  expect(certificate).toEqual({ backend: "webgpu", promise: "certified" });
  expect(allowed.length).toBe(20);
  off.forEach((distance, b) => {
    expect(distance).toBeGreaterThan(0); // the device answered
    expect(distance).toBeLessThanOrEqual(allowed[b] ?? 0);
  });
});
