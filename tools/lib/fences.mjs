import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import ts from "typescript";
import { runCaptured } from "./child.mjs";

/** @typedef {import("./problem.mjs").Problem} Problem */
/** @typedef {import("./markdown.mjs").Markdown} Markdown */
/** @typedef {import("./markdown.mjs").Fence} Fence */
/** A block to run: the page it is of, and what it should print where the page says so. @typedef {{ file: string, fence: Fence, output?: string }} Program */

const CODE = /^(ts|js|mjs|sh|bash|shell|yaml|json)\b/;

/**
 * Compiles and runs every `ts` block of the pages as a module of its own, in the root of the repository. A `text output`
 * block right behind it says what it prints. Blocks marked `ts no-run` are left out.
 * @param {string} root
 * @param {Map<string, Markdown>} pages
 * @returns {Promise<Problem[]>}
 */
export async function runFences(root, pages) {
  const programs = [...pages].flatMap(([file, { fences }]) => programsOf(file, fences));
  if (programs.length === 0) return [];
  // Inside node_modules packages resolve by name, and git, the formatter and the tests look away.
  const cache = join(root, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "docs-"));
  try {
    const sources = programs.map(({ fence }, i) => {
      const source = join(folder, `block-${i}.mts`);
      writeFileSync(source, fence.code);
      return source;
    });
    const wrong = typeErrors(root, sources);
    const problems = [];
    for (const [i, program] of programs.entries()) {
      problems.push(
        ...(wrong[i].length > 0 ? wrong[i].map((error) => located(program, error)) : await runBlock(root, sources[i], program)),
      );
    }
    return problems;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file @param {Fence[]} fences @returns {Program[]} */
function programsOf(file, fences) {
  return fences.flatMap((fence, i) => {
    if (fence.info !== "ts") return [];
    const next = fences[i + 1];
    return [next?.info === "text output" ? { file, fence, output: next.code } : { file, fence }];
  });
}

/** @param {Program} program @param {{ line: number, message: string }} error @returns {Problem} */
function located({ file, fence }, { line, message }) {
  return { file, line: fence.line + line, message: `the block does not compile: ${message}` };
}

/** @param {string} root @param {string} source @param {Program} program @returns {Promise<Problem[]>} */
async function runBlock(root, source, { file, fence, output }) {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  const program = source.replace(/\.mts$/, ".mjs");
  writeFileSync(program, ts.transpileModule(fence.code, { compilerOptions }).outputText);
  const { code, stdout, stderr } = await runCaptured(execPath, [program], { cwd: root });
  const { line } = fence;
  if (code !== 0) return [{ file, line, message: `the block ends with code ${code}; expected 0\n${stderr.trim()}` }];
  if (output === undefined || stdout.trim() === output.trim()) return [];
  return [{ file, line, message: `the block prints\n${stdout.trim()}\nexpected\n${output.trim()}` }];
}

/** The errors of each source, with 0-based lines. @param {string} root @param {string[]} sources @returns {{ line: number, message: string }[][]} */
function typeErrors(root, sources) {
  const program = ts.createProgram(sources, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    typeRoots: [join(root, "node_modules", "@types")],
    types: ["node"],
  });
  return sources.map((source) => {
    const file = program.getSourceFile(source);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((diagnostic) => ({
      line: file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? 0,
      message: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
    }));
  });
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
