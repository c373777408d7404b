import { expect, test } from "vitest";
import { check } from "../../tools/check-docs.mjs";
import { linesOf, manifest, plant, type Tree } from "./fixture.js";

const fence = (info: string, code: string): string => `\`\`\`${info}\n${code}\n\`\`\`\n`;
const lawful: Tree = {
  "package.json": { scripts: { start: "node start.mjs", ok: "node ok.mjs" } },
  "README.md": "# Fluxion\n",
  "README.zh-CN.md": "# Fluxion\n",
  "packages/core/package.json": manifest("core"),
  "packages/core/src/index.ts": "/** One. */\nexport const one = 1;\n",
};
const changed = (files: Tree): Promise<string[]> => linesOf(check(plant({ ...lawful, ...files })));

test("a documented tree has no problems", async () => {
  expect(await changed({})).toEqual([]);
});

test("an export without a docstring is told where it is declared, also behind re-exports and namespaces", async () => {
  const problems = await changed({
    "packages/core/src/index.ts": 'export * from "./a.js";\nexport * as more from "./b.js";\n',
    "packages/core/src/a.ts": "/** One. */\nexport const one = 1;\n// Two.\nexport const two = 2;\n",
    "packages/core/src/b.ts": "/** */\nexport interface Three {}\n",
  });
  expect(problems).toEqual([
    "packages/core/src/b.ts:2: the export more.Three of @fluxion/core has no docstring; expected /** … */",
    "packages/core/src/a.ts:4: the export two of @fluxion/core has no docstring; expected /** … */",
  ]);
});

test("links lead to files, headings, anchors and lines that exist", async () => {
  const text = `# Über *x* und [z](a.md) \`c\`, 中文
[self](#über-x-und-z-c-中文) [file](docs/b.md#second-1) [named](docs/b.md#M1) [line](docs/code.ts#L2) [folder](docs/)
[site](https://example.org/nowhere) \`[code](nowhere.md)\`

[label]: docs/b.md
`;
  const page = '## Second\n\n## Second\n\n<a id="M1"></a>\n';
  expect(await changed({ "a.md": text, "docs/b.md": page, "docs/code.ts": "1\n2\n" })).toEqual([]);
});

test("a link to a file, an anchor or a line that is not there is told", async () => {
  const links = ["gone.md", "b.md#third", "code.ts#L9", "../../outside.md", "#nowhere"];
  const text = `${links.map((target) => `[x](${target})`).join("\n")}\n[label]: gone.png\n<img src="gone.svg" alt="">\n`;
  const problems = await changed({ "docs/a.md": text, "docs/b.md": "# Second\n", "docs/code.ts": "1\n2\n" });
  expect(problems.map((line) => line.replace(/; expected.*/, ""))).toEqual([
    "docs/a.md:1: the link gone.md does not exist",
    "docs/a.md:2: the link b.md#third has no anchor #third",
    "docs/a.md:3: the link code.ts#L9 has no line 9",
    "docs/a.md:4: the link ../../outside.md does not exist",
    "docs/a.md:5: the link #nowhere has no anchor #nowhere",
    "docs/a.md:6: the link gone.png does not exist",
    "docs/a.md:7: the link gone.svg does not exist",
  ]);
});

test("an npm command of a shell block is one of the scripts", async () => {
  expect(await changed({ "a.md": fence("sh", "npm start\nnpm run ok\nnpm ci\nnpm run deploy") })).toEqual([
    'a.md:5: package.json has no script "deploy"; expected one of start, ok',
  ]);
});

test("a ts block runs, and one that does not compile, throws or prints otherwise is told", async () => {
  const page = [
    fence("ts", "const x: number = 1;\nif (x !== 1) throw new Error();"),
    fence("ts", "const x: number = 2;\nconst y: string = x;"),
    fence("ts", 'throw new Error("deliberate");'),
    fence("ts no-run", "nonsense("),
    fence("ts", "console.log(1 + 1);"),
    fence("text output", "2"),
    fence("ts", "console.log(1 + 1);"),
    fence("text output", "3"),
  ].join("");
  const [second, third, last, ...rest] = await changed({ "docs/a.md": page });
  expect(second).toBe("docs/a.md:7: the block does not compile: Type 'number' is not assignable to type 'string'.");
  expect(third).toMatch(/^docs\/a\.md:10: the block ends with code 1; expected 0\n.*Error: deliberate/s);
  expect(last).toBe("docs/a.md:22: the block prints\n2\nexpected\n3");
  expect(rest).toEqual([]);
});

test("a block that shows a file compiles in its place, beside the other files of its recipe, and does not run", async () => {
  const one = fence(
    "ts file=packages/core/src/two.ts",
    'import { one } from "./index.js";\nexport const two: number = one + one;\nthrow new Error();',
  );
  const other = (type: string): string =>
    fence("ts file=packages/core/src/four.ts", `import { two } from "./two.js";\nexport const four: ${type} = two;`);
  expect(await changed({ "CONTRIBUTING.md": one + other("number") })).toEqual([]);
  expect(await changed({ "CONTRIBUTING.md": one + other("string") })).toEqual([
    "CONTRIBUTING.md:8: the block does not compile: Type 'number' is not assignable to type 'string'.",
  ]);
});

test("the README has the same code in both languages, with comments of its own", async () => {
  const english = fence("ts", "// one\nconst x = 1; // and\n") + fence("sh", "npm start # go");
  const chinese = fence("ts", "// 一\nconst x = 1;\n") + fence("sh", "npm start   # 开始");
  expect(await changed({ "README.md": english, "README.zh-CN.md": chinese })).toEqual([]);
  expect(await changed({ "README.md": english, "README.zh-CN.md": chinese.replace("x = 1", "x = 2") })).toEqual([
    "README.zh-CN.md:2: block 1 of code differs from README.md; expected the same but for comments",
  ]);
  expect(await changed({ "README.md": english, "README.zh-CN.md": fence("ts", "const x = 1;") })).toEqual([
    "README.zh-CN.md:2: block 2 of code differs from README.md; expected the same but for comments",
  ]);
});
