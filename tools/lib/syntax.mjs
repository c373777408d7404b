import ts from "typescript";
import { textOf } from "./tree.mjs";

/**
 * One import of a module: `import`, `export … from`, `import()` or the type `import("…")`.
 * `names` are the imported names as the other module exports them, `["*"]` for all of them.
 * @typedef {{ specifier: string, line: number, names: string[] }} Import
 */

/** The syntax tree of a file, with parents. @param {string} root @param {string} file */
export function parse(root, file) {
  return ts.createSourceFile(file, textOf(root, file), ts.ScriptTarget.Latest, true);
}

/** The 1-based line on which a node's own text starts. @param {ts.Node} node */
export function lineOf(node) {
  const source = node.getSourceFile();
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** Calls `visit` on a node and everything below it. @param {ts.Node} node @param {(node: ts.Node) => void} visit */
export function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** Every module that a file refers to. @param {ts.SourceFile} source @returns {Import[]} */
export function importsOf(source) {
  /** @type {Import[]} */
  const found = [];
  walk(source, (node) => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.push({ specifier: specifier.text, line: lineOf(node), names: namesOf(node) });
    }
  });
  return found;
}

/** @param {ts.Node} node @returns {ts.Node | undefined} */
function specifierOf(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  const dynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return dynamic ? node.arguments[0] : undefined;
}

/** @param {ts.Node} node @returns {string[]} */
function namesOf(node) {
  const clause = ts.isImportDeclaration(node) ? node.importClause : undefined;
  const bindings = ts.isExportDeclaration(node) ? node.exportClause : clause?.namedBindings;
  const names = clause?.name === undefined ? [] : ["default"];
  if (bindings === undefined) return names.length > 0 ? names : ["*"];
  if (!ts.isNamedImports(bindings) && !ts.isNamedExports(bindings)) return [...names, "*"];
  return [...names, ...bindings.elements.map((element) => (element.propertyName ?? element.name).text)];
}
