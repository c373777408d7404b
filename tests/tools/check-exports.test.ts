import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { check, reports } from "../../tools/check-exports.mjs";
import { linesOf, manifest, plant, type Tree } from "./fixture.js";

const declarations = `/** The straight path. It is short. */
export declare function straight(t: number): number;
/** A point. */
export interface Point {
    /** The first coordinate. */
    readonly x: number;
}
`;
const built: Tree = {
  "packages/core/package.json": manifest("core"),
  "packages/core/dist/index.js": "export const straight = (t) => t;\n",
  "packages/core/dist/index.d.ts": declarations,
};

/** The tree with the API report that belongs to it. */
function reported(files: Tree): string {
  const root = plant(files);
  for (const [file, text] of reports(root)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

test("a built package with its report is no problem", async () => {
  expect(await linesOf(check(reported(built)))).toEqual([]);
});

test("the report has names, first sentences and signatures without comments", () => {
  const report = reports(plant(built)).get("docs/api/core.md") ?? "";
  expect(report).toContain("### straight\n\nThe straight path.\n\n```ts no-run\nfunction straight(t: number): number;\n```");
  expect(report).toContain("### Point\n\nA point.\n\n```ts no-run\ninterface Point {\n    readonly x: number;\n}\n```");
  expect(report.indexOf("### Point")).toBeLessThan(report.indexOf("### straight"));
});

test("a changed signature makes the report stale", async () => {
  const root = reported(built);
  writeFileSync(join(root, "packages/core/dist/index.d.ts"), declarations.replace("t: number", "t: number, s?: number"));
  expect(await linesOf(check(root))).toEqual([
    "docs/api/core.md: the report differs from the built declarations; expected the output of node tools/check-exports.mjs --write",
  ]);
});

test("a report of no package is told", async () => {
  expect(await linesOf(check(reported({ ...built, "docs/api/old.md": "" })))).toEqual([
    "docs/api/old.md: the report is of no package; expected it to be removed",
  ]);
});

test("an entry that was not built, or is not packed, is told", async () => {
  expect(
    await linesOf(check(plant({ "packages/core/package.json": manifest("core"), "packages/core/dist/index.js": "" }))),
  ).toEqual(['packages/core/package.json: "./dist/index.d.ts" does not exist; expected a file that tsc -b writes']);
  const unpacked = { ...manifest("core"), files: ["src"] };
  expect(await linesOf(check(reported({ ...built, "packages/core/package.json": unpacked })))).toEqual(
    ["index.d.ts", "index.js"].map(
      (name) => `packages/core/package.json: "./dist/${name}" is not packed; expected it below one of "files"`,
    ),
  );
});

test("an entry that Node cannot import, or that talks, is told", async () => {
  const [broken, ...none] = await linesOf(check(reported({ ...built, "packages/core/dist/index.js": 'import "./gone.js";\n' })));
  expect(broken).toMatch(/^packages\/core\/package\.json: Node cannot import "@fluxion\/core": .*ERR_MODULE_NOT_FOUND/s);
  expect(none).toEqual([]);
  expect(await linesOf(check(reported({ ...built, "packages/core/dist/index.js": 'console.log("hello");\n' })))).toEqual([
    'packages/core/package.json: importing "@fluxion/core" prints "hello"; expected silence',
  ]);
});
