import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { runAsCommand } from "./lib/problem.mjs";
import { importsOf, lineOf, parse, walk } from "./lib/syntax.mjs";
import { filesUnder, isGenerated, isTest, textOf } from "./lib/tree.mjs";

/** @typedef {import("./lib/problem.mjs").Problem} Problem */

const LIBRARIES = ["core", "io", "train", "kernels"];

/**
 * Every source file with logic has a test beside it, or a test of its folder imports it or one of its names. A file that
 * the folder's index keeps private may be tested through a tested file that imports it. Exempt are indexes, files of
 * types only and generated files. A test that is switched off says why, with `ctx.skip("why")`.
 * @param {string} root
 * @returns {Problem[]}
 */
export function check(root) {
  const files = LIBRARIES.flatMap((folder) => filesUnder(root, `packages/${folder}/src`, [".ts", ".tsx"]));
  const sources = files.filter((file) => !isTest(file));
  const named = namesTestedByFolder(root, files.filter(isTest));
  const tested = new Set(sources.filter((file) => isNamed(root, file, named)));
  for (const file of tested) {
    for (const target of siblingsOf(root, file)) if (!isPublic(root, target)) tested.add(target); // also visited by this loop
  }
  const elsewhere = ["tests", "packages/cli/src"].flatMap((folder) => filesUnder(root, folder, [".ts"]).filter(isTest));
  return [
    ...sources
      .filter((file) => !tested.has(file) && needsTest(root, file))
      .map((file) => ({
        file,
        message: `no test of its folder imports it; expected ${posix.basename(file).replace(/\.tsx?$/, ".test.ts")}`,
      })),
    ...[...files.filter(isTest), ...elsewhere].flatMap((file) => switchedOff(root, file)),
  ];
}

/** The files of its own folder that a file imports. @param {string} root @param {string} file */
function siblingsOf(root, file) {
  const folder = posix.dirname(file);
  const local = importsOf(parse(root, file)).filter(({ specifier }) => /^\.\/[^/]+\.js$/.test(specifier));
  return local.map(({ specifier }) => posix.join(folder, specifier.replace(/\.js$/, ".ts")));
}

/** Whether the index of its folder exports the file; without an index every file is public. @param {string} root @param {string} file */
function isPublic(root, file) {
  const index = `${posix.dirname(file)}/index.ts`;
  return !existsSync(join(root, index)) || siblingsOf(root, index).includes(file);
}

/** What the tests of each folder import: paths of files, and names. @param {string} root @param {string[]} tests */
function namesTestedByFolder(root, tests) {
  /** @type {Map<string, Set<string>>} */
  const tested = new Map();
  for (const test of tests) {
    const folder = posix.dirname(test);
    const names = tested.get(folder) ?? new Set();
    tested.set(folder, names);
    names.add(test.replace(/\.test\.tsx?$/, ""));
    for (const { specifier, names: imported } of importsOf(parse(root, test))) {
      if (specifier.startsWith(".")) names.add(posix.join(folder, specifier.replace(/\.js$/, "")));
      for (const name of imported) names.add(name);
    }
  }
  return tested;
}

/** @param {string} root @param {string} file @param {Map<string, Set<string>>} tested */
function isNamed(root, file, tested) {
  const names = tested.get(posix.dirname(file));
  return (
    names !== undefined && (names.has(file.replace(/\.tsx?$/, "")) || exportedValues(root, file).some((name) => names.has(name)))
  );
}

/** @param {string} root @param {string} file */
function needsTest(root, file) {
  if (posix.basename(file) === "index.ts" || file.endsWith(".d.ts") || isGenerated(textOf(root, file))) return false;
  return parse(root, file).statements.some(runs);
}

/** Whether a statement does something when the program runs. @param {ts.Statement} statement */
function runs(statement) {
  const types = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  return !(types || ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isEmptyStatement(statement));
}

/** The names of functions, constants and classes that a file exports. @param {string} root @param {string} file @returns {string[]} */
function exportedValues(root, file) {
  return parse(root, file).statements.flatMap((statement) => {
    if (!ts.canHaveModifiers(statement) || !ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
      return [];
    if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText());
    const named = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    return named && statement.name !== undefined ? [statement.name.text] : [];
  });
}

/** Tests that never run and do not say why. @param {string} root @param {string} file @returns {Problem[]} */
function switchedOff(root, file) {
  /** @type {Problem[]} */
  const problems = [];
  walk(parse(root, file), (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    const text = node.expression.getText();
    if (!/^(it|test|describe)(\.\w+)*\.(skip|only|todo|skipIf|runIf)$/.test(text)) return;
    problems.push({ file, line: lineOf(node), message: `${text} gives no reason; expected ctx.skip("why") inside the test` });
  });
  return problems;
}

await runAsCommand(import.meta, check);
