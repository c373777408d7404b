import fc from "fast-check";
import { expect, it, type TestContext } from "vitest";
import { recipes } from "../../conformance/scan-backend-suite.js";
import { fixedRecipes, type ScanRecipe } from "../../conformance/scan-problems.js";
import { SWIFTSHADER } from "./chromium.js";
import { inChromium } from "./run-in-page.js";

const inPage = inChromium(SWIFTSHADER);
const t0 = Date.now();
it("conforms", async (test) => {
  const all = process.env.ALL ? fixedRecipes() : fixedRecipes();
  const found = await inPage<string[]>(
    test,
    "scan-backends",
    "violations",
    "webgpu",
    all.map((r) => ({ ...r, tangent: false })),
  );
  console.log(all.length, Date.now() - t0);
  expect(found).toEqual([]);
});
