import ts from "typescript";
import { runAsCommand } from "./lib/problem.mjs";
import { lineOf, parse, walk } from "./lib/syntax.mjs";
import { appsOf, filesUnder, isGenerated, isTest, packagesOf, textOf } from "./lib/tree.mjs";

/** @typedef {import("./lib/problem.mjs").Problem} Problem */

/** Lines of a file, of a function, and of the middle file of the sources. */
export const LIMITS = { file: 400, function: 60, median: 100, example: 40 };

/**
 * Sizes of what people wrote: files, functions and the median source file. Generated files are exempt; what groups tests,
 * callbacks of `describe` and suites of `conformance/`, is not read in one piece.
 * @param {string} root
 * @returns {Problem[]}
 */
export function check(root) {
  const code = [...packagesOf(root), ...appsOf(root)].flatMap(({ dir }) => filesUnder(root, dir, [".ts", ".tsx", ".mjs"]));
  const around = ["tools", "tests", "conformance", "bench"].flatMap((folder) => filesUnder(root, folder, [".ts", ".mjs"]));
  const written = [...code, ...around].filter((file) => !isGenerated(textOf(root, file)));
  const problems = written.flatMap((file) => [...longFile(root, file, LIMITS.file), ...longFunctions(root, file)]);
  problems.push(...filesUnder(root, "examples", [".ts", ".mjs"]).flatMap((file) => longFile(root, file, LIMITS.example)));
  const sizes = written.filter((file) => file.includes("/src/") && !isTest(file)).map((file) => linesOf(textOf(root, file)));
  const median = medianOf(sizes);
  if (median > LIMITS.median) {
    problems.push({ file: "packages", message: `the median source file has ${median} lines; expected at most ${LIMITS.median}` });
  }
  return problems;
}

/** @param {string} text */
const linesOf = (text) => text.trimEnd().split("\n").length;

/** The middle of a list, the lower one of two; 0 for none. @param {number[]} values */
const medianOf = (values) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;

/** @param {string} root @param {string} file @param {number} limit @returns {Problem[]} */
function longFile(root, file, limit) {
  const lines = linesOf(textOf(root, file));
  return lines > limit ? [{ file, message: `the file has ${lines} lines; expected at most ${limit}` }] : [];
}

/** @param {string} root @param {string} file @returns {Problem[]} */
function longFunctions(root, file) {
  /** @type {Problem[]} */
  const problems = [];
  walk(parse(root, file), (node) => {
    if (!ts.isFunctionLike(node) || (isGrouping(file) && (isCallback(node) || isSuite(node)))) return;
    const source = node.getSourceFile();
    const lines = source.getLineAndCharacterOfPosition(node.end).line + 2 - lineOf(node);
    if (lines <= LIMITS.function) return;
    problems.push({
      file,
      line: lineOf(node),
      message: `${nameOf(node)} has ${lines} lines; expected at most ${LIMITS.function}`,
    });
  });
  return problems;
}

/** Whether the functions of a file may do no more than group tests. @param {string} file */
const isGrouping = (file) => isTest(file) || file.startsWith("conformance/");
/** @param {ts.Node} node */
const isCallback = (node) => ts.isCallExpression(node.parent);
/** @param {ts.SignatureDeclaration} node */
const isSuite = (node) => node.name?.getText().endsWith("Suite") ?? false;

/** @param {ts.SignatureDeclaration} node */
function nameOf(node) {
  const named =
    node.name ?? (ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent.name : undefined);
  return named === undefined ? "a function" : `the function ${named.getText()}`;
}

await runAsCommand(import.meta, check);
