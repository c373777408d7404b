import { expect, test } from "vitest";
import { check } from "../../tools/check-layers.mjs";
import { linesOf, manifest, plant, type Tree } from "./fixture.js";

/** Core with two lawful folders, and what the test adds. */
const core = (files: Tree): Promise<string[]> =>
  linesOf(
    check(
      plant({
        "packages/core/package.json": manifest("core"),
        "packages/core/src/points/index.ts": 'export * from "./points.js";\n',
        "packages/core/src/points/points.ts": "export const origin = 0;\n",
        "packages/core/src/path/index.ts": 'export * from "./path.js";\n',
        "packages/core/src/path/path.ts": 'import { origin } from "../points/index.js";\nexport const path = origin;\n',
        ...files,
      }),
    ),
  );

test("a lawful tree has no problems", async () => {
  expect(await core({})).toEqual([]);
});

test("a folder that imports a higher or an equal layer is told with its line", async () => {
  expect(
    await core({ "packages/core/src/points/bad.ts": '\nimport { path } from "../path/index.js";\nexport const bad = path;\n' }),
  ).toEqual(["packages/core/src/points/bad.ts:2: points (L0) imports path (L2); expected a strictly lower layer"]);
  expect(await core({ "packages/core/src/random/bad.ts": 'export type Bad = import("../points/index.js").origin;\n' })).toEqual([
    "packages/core/src/random/bad.ts:1: random (L0) imports points (L0); expected a strictly lower layer",
  ]);
});

test("another folder is entered by its index only, the own folder never", async () => {
  expect(await core({ "packages/core/src/path/bad.ts": 'export * from "../points/points.js";\n' })).toEqual([
    "packages/core/src/path/bad.ts:1: imports points/points.ts; expected points/index.js from outside points",
  ]);
  expect(await core({ "packages/core/src/path/bad.ts": 'export * from "../points/gone.js";\n' })).toEqual([
    "packages/core/src/path/bad.ts:1: imports packages/core/src/points/gone.js, which does not exist; expected a file",
  ]);
  expect(await core({ "packages/core/src/path/bad.ts": 'export * from "./index.js";\n' })).toEqual([
    "packages/core/src/path/bad.ts:1: imports the index of its own folder; expected the file itself",
  ]);
});

test("a folder without a layer may neither import nor be imported", async () => {
  const problems = await core({
    "packages/core/src/new/index.ts": 'export * from "../points/index.js";\n',
    "packages/core/src/path/bad.ts": 'export * from "../new/index.js";\n',
  });
  expect(problems).toEqual([
    "packages/core/src/new/index.ts:1: new has no layer; expected a folder of the table in tools/check-layers.mjs",
    "packages/core/src/path/bad.ts:1: imports new, which has no layer; expected a folder of the table in tools/check-layers.mjs",
  ]);
});

test("core imports no Node module and no package, not even dynamically", async () => {
  const source = 'import "node:path";\nawait import("zod");\n';
  expect(await core({ "packages/core/src/path/bad.ts": source })).toEqual([
    'packages/core/src/path/bad.ts:1: imports "node:path"; expected no Node module in core',
    'packages/core/src/path/bad.ts:2: imports the package "zod"; expected core to have no dependencies',
  ]);
});

test("a cycle of files is told once, as the way round", async () => {
  const problems = await core({
    "packages/core/src/path/a.ts": 'import "./b.js";\n',
    "packages/core/src/path/b.ts": 'import "./c.js";\n',
    "packages/core/src/path/c.ts": 'import type {} from "./a.js";\n',
  });
  const [a, b, c] = ["a", "b", "c"].map((name) => `packages/core/src/path/${name}.ts`);
  expect(problems).toEqual([`${a}: imports itself through ${a} → ${b} → ${c} → ${a}; expected no cycle`]);
});

test("libraries draw no ambient randomness and read no clock, tests may", async () => {
  const source =
    "export const a = Math.random();\nexport const b = new Date();\nexport const c = performance.now();\nexport const d = new Date(0);\n";
  const problems = await core({ "packages/core/src/path/bad.ts": source, "packages/core/src/path/bad.test.ts": source });
  const expected = "expected randomness and clocks as arguments";
  expect(problems).toEqual([
    `packages/core/src/path/bad.ts:1: uses Math.random; ${expected}`,
    `packages/core/src/path/bad.ts:2: uses new Date(); ${expected}`,
    `packages/core/src/path/bad.ts:3: uses performance.now; ${expected}`,
  ]);
});

test("packages import lower packages that they declare, files are for cli, the engine for its folder", async () => {
  const problems = await linesOf(
    check(
      plant({
        "packages/core/package.json": manifest("core"),
        "packages/core/src/index.ts": 'import "@fluxion/io";\n',
        "packages/io/package.json": manifest("io"),
        "packages/io/src/index.ts": 'import "@fluxion/train";\nimport "node:buffer";\nimport "zod";\n',
        "packages/train/package.json": manifest("train", ["@fluxion/core", "@jax-js/jax"]),
        "packages/train/src/index.ts":
          'import "@fluxion/core";\nimport "@fluxion/core/points";\nimport "@jax-js/jax";\nimport "node:fs/promises";\n',
        "packages/train/src/engine/index.ts": 'import "@jax-js/jax";\nimport "../../../io/src/index.js";\n',
        "packages/cli/package.json": manifest("cli", ["@fluxion/core"]),
        "packages/cli/src/index.ts": 'import "node:fs";\nimport "@fluxion/core";\nimport "@fluxion/io";\n',
      }),
    ),
  );
  expect(problems).toEqual([
    'packages/cli/src/index.ts:3: imports "@fluxion/io"; expected it among the dependencies of packages/cli/package.json',
    "packages/core/src/index.ts:1: core imports io; expected a package of a strictly lower layer",
    "packages/io/src/index.ts:1: io imports train; expected a package of a strictly lower layer",
    'packages/io/src/index.ts:2: imports "node:buffer"; expected no Node module in io',
    'packages/io/src/index.ts:3: imports "zod"; expected it among the dependencies of packages/io/package.json',
    "packages/train/src/engine/index.ts:2: imports packages/io/src/index.ts; expected a file of packages/train/src/, or another package by its name",
    'packages/train/src/index.ts:2: imports "@fluxion/core/points"; expected an entry of its exports',
    'packages/train/src/index.ts:3: imports "@jax-js/jax"; expected it only in packages/train/src/engine/',
    'packages/train/src/index.ts:4: imports "node:fs/promises"; expected files only in cli',
  ]);
});

test("an application stands above the packages, declares them, and runs without Node", async () => {
  const problems = await linesOf(
    check(
      plant({
        "packages/core/package.json": manifest("core"),
        "packages/core/src/index.ts": 'import "@fluxion/lab";\n',
        "packages/cli/package.json": manifest("cli"),
        "apps/lab/package.json": manifest("lab", ["@fluxion/core"]),
        "apps/lab/src/main.ts":
          'import "@fluxion/core";\nimport "@fluxion/cli";\nimport "node:path";\nimport "../../../packages/core/src/index.js";\nMath.random();\n',
      }),
    ),
  );
  expect(problems).toEqual([
    "packages/core/src/index.ts:1: core imports lab; expected a package of a strictly lower layer",
    "apps/lab/src/main.ts:2: lab imports cli; expected a package of a strictly lower layer",
    'apps/lab/src/main.ts:3: imports "node:path"; expected no Node module in lab',
    "apps/lab/src/main.ts:4: imports packages/core/src/index.ts; expected a file of apps/lab/src/, or another package by its name",
    "apps/lab/src/main.ts:5: uses Math.random; expected randomness and clocks as arguments",
  ]);
});
