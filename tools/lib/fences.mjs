import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import ts from "typescript";
import { runCaptured } from "./child.mjs";
import { toJavaScript, typeErrors } from "./compile.mjs";

/** @typedef {import("./problem.mjs").Problem} Problem */
/** @typedef {import("./markdown.mjs").Markdown} Markdown */
/** @typedef {import("./markdown.mjs").Fence} Fence */
/**
 * A `ts` block of a page. `at` is the file that it is compiled as; `output` is what it prints, where the page says so.
 * @typedef {{ page: string, fence: Fence, at: string, output?: string }} Block
 */

const CODE = /^(ts|js|mjs|sh|bash|shell|yaml|json)\b/;

/**
 * Compiles every `ts` block of the pages, and runs it as a module of its own in the root of the repository. A
 * `text output` block right behind it says what it prints. A block marked `ts file=PATH` shows a file that the reader is
 * to write there: it compiles in its place and is not run. A block marked `ts no-run` is left alone.
 * @param {string} root
 * @param {Map<string, Markdown>} pages
 * @returns {Promise<Problem[]>}
 */
export async function runFences(root, pages) {
  // Inside node_modules packages resolve by name, and git, the formatter and the tests look away.
  const cache = join(root, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "docs-"));
  try {
    const blocks = [...pages].flatMap(([page, { fences }]) => blocksOf(root, folder, page, fences));
    const wrong = blocks.length === 0 ? new Map() : typeErrors(root, new Map(blocks.map(({ at, fence }) => [at, fence.code])));
    const problems = [];
    for (const block of blocks) {
      const errors = wrong.get(block.at) ?? [];
      for (const error of errors) problems.push(located(block, error));
      if (errors.length === 0 && block.fence.info === "ts") problems.push(...(await runBlock(root, block)));
    }
    return problems;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} root @param {string} folder @param {string} page @param {Fence[]} fences @returns {Block[]} */
function blocksOf(root, folder, page, fences) {
  return fences.flatMap((fence, i) => {
    const [, path] = fence.info.match(/^ts file=(\S+)$/) ?? [];
    if (path !== undefined) return [{ page, fence, at: join(root, path) }];
    if (fence.info !== "ts") return [];
    const at = join(folder, `${page.replaceAll("/", "-")}-${i}.mts`);
    const next = fences[i + 1];
    return [next?.info === "text output" ? { page, fence, at, output: next.code } : { page, fence, at }];
  });
}

/** @param {Block} block @param {{ line: number, message: string }} error @returns {Problem} */
function located({ page, fence }, { line, message }) {
  return { file: page, line: fence.line + line, message: `the block does not compile: ${message}` };
}

/** @param {string} root @param {Block} block @returns {Promise<Problem[]>} */
async function runBlock(root, { page: file, fence, at, output }) {
  const program = at.replace(/\.mts$/, ".mjs");
  writeFileSync(program, toJavaScript(fence.code));
  const { code, stdout, stderr } = await runCaptured(execPath, [program], { cwd: root });
  const { line } = fence;
  if (code !== 0) return [{ file, line, message: `the block ends with code ${code}; expected 0\n${stderr.trim()}` }];
  if (output === undefined || stdout.trim() === output.trim()) return [];
  return [{ file, line, message: `the block prints\n${stdout.trim()}\nexpected\n${output.trim()}` }];
}

/**
 * What the README says in one language only: its blocks of code must be the same but for comments.
 * @param {Markdown | undefined} english
 * @param {Markdown | undefined} chinese
 * @returns {Problem[]}
 */
export function differences(english, chinese) {
  if (english === undefined || chinese === undefined) {
    const file = english === undefined ? "README.md" : "README.zh-CN.md";
    return [{ file, message: "the file does not exist; expected the README in both languages" }];
  }
  const [a, b] = [english, chinese].map(({ fences }) => fences.filter(({ info }) => CODE.test(info)));
  const at = a.findIndex((fence, i) => fence.info !== b[i]?.info || bare(fence) !== bare(b[i]));
  const first = at >= 0 ? at : a.length === b.length ? -1 : a.length;
  if (first < 0) return [];
  const line = (b[first] ?? b.at(-1))?.line ?? 1;
  return [
    {
      file: "README.zh-CN.md",
      line,
      message: `block ${first + 1} of code differs from README.md; expected the same but for comments`,
    },
  ];
}

/** The code of a block without comments, which are translated. @param {Fence} fence */
function bare({ info, code }) {
  if (/^(sh|bash|shell|yaml)\b/.test(info))
    return code
      .replace(/(^|\s)#.*$/gm, "")
      .replace(/\s+/g, " ")
      .trim();
  const source = ts.createSourceFile("block.ts", code, ts.ScriptTarget.Latest);
  return ts.createPrinter({ removeComments: true }).printFile(source);
}
