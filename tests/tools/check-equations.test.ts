import { expect, test } from "vitest";
import { check } from "../../tools/check-equations.mjs";
import { linesOf, manifest, plant, type Tree } from "./fixture.js";

const [english, chinese] = ["docs/math/derivation.md", "docs/math/derivation.zh-CN.md"];
const anchored = '<a id="M1"></a>\n\ntext\n\n<a id="M6"></a>\n';
const lawful: Tree = {
  "packages/core/package.json": manifest("core"),
  "packages/core/src/a.ts": "/** The path. Eq. (M1) [Lipman2023, Example II; Liu2023] */\n/** The field. Eq. (M6) */\n",
  [english]: anchored,
  [chinese]: anchored,
  "docs/references.bib": "@article{Lipman2023,\n  title = {A}\n}\n@article{Liu2023,\n  title = {B}\n}\n",
};
const changed = (files: Tree): Promise<string[]> => linesOf(check(plant({ ...lawful, ...files })));

test("tags, anchors and citations that agree are no problem", async () => {
  expect(await changed({})).toEqual([]);
});

test("a tag needs its anchor in both languages", async () => {
  expect(await changed({ "packages/core/src/b.ts": "\n// Eq. (M7)\n" })).toEqual([
    `packages/core/src/b.ts:2: Eq. (M7) has no anchor in ${english} and ${chinese}; expected <a id="M7">`,
  ]);
  expect(await changed({ [chinese]: '<a id="M1"></a>\n' })).toEqual([
    `packages/core/src/a.ts:2: Eq. (M6) has no anchor in ${chinese}; expected <a id="M6">`,
    `${english}:5: the anchor M6 is not in ${chinese}; expected the same anchors`,
  ]);
});

test("the gap of the derivation is a step like the others", async () => {
  const gap = `${anchored}<a id="GAP"></a>\n`;
  expect(await changed({ [english]: gap, [chinese]: gap, "packages/core/src/b.ts": "// Eq. (GAP)\n" })).toEqual([]);
  expect(await changed({ "packages/core/src/b.ts": "// Eq. (GAP)\n" })).toHaveLength(1);
});

test("an anchor needs a source file, and a test is none", async () => {
  const more = `${anchored}<a id="M9"></a>\n`;
  expect(await changed({ [english]: more, [chinese]: more, "packages/core/src/a.test.ts": "// Eq. (M9)\n" })).toEqual([
    `${english}:6: no source file cites Eq. (M9); expected the code that computes it`,
    `${chinese}:6: no source file cites Eq. (M9); expected the code that computes it`,
  ]);
});

test("an anchor twice is ambiguous", async () => {
  expect(await changed({ [english]: `${anchored}<a id="M1"></a>\n` })).toEqual([
    `${english}:6: the anchor M1 is there twice; expected once`,
  ]);
});

test.each(["Eq. M6", "Eq (M6)", "eq. (M6)", "Eqs. (M1, M6)"])("%s is told as no tag", async (text) => {
  const [problem, ...rest] = await changed({ "packages/core/src/b.ts": `// ${text}\n` });
  expect(problem).toMatch(
    /^packages\/core\/src\/b\.ts:1: "Eqs?\.? \(?M\d[^"]*" is no equation tag; expected the form "Eq\. \(M6\)"$/i,
  );
  expect(rest).toEqual([]);
});

test("citations and the bibliography name each other", async () => {
  expect(await changed({ "docs/a.md": "As in [Salmon2011, §3], see [Lipman2023].\n" })).toEqual([
    "docs/a.md:1: [Salmon2011] has no entry; expected one in docs/references.bib",
  ]);
  expect(await changed({ "packages/core/src/a.ts": "// Eq. (M1) Eq. (M6) [Liu2023]\n" })).toEqual([
    "docs/references.bib:1: nothing cites [Lipman2023]; expected a citation in the sources or docs",
  ]);
});

test("a derivation that is not there is a problem", async () => {
  expect(await linesOf(check(plant({})))).toEqual(
    [english, chinese, "docs/references.bib"].map(
      (file) => `${file}: the file does not exist; expected the text that the code cites`,
    ),
  );
});
