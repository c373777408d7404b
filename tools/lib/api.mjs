import { existsSync } from "node:fs";
import { join, posix, relative } from "node:path";
import ts from "typescript";
import { COMPILER } from "./compile.mjs";
import { packagesOf } from "./tree.mjs";

/**
 * A name that a package exports: where it is declared, what its docstring says, and its declarations without comments.
 * @typedef {{ name: string, file: string, line: number, doc: string, signature: string }} Exported
 * @typedef {import("./tree.mjs").Package} Package
 */

/** Without the DOM, which takes longest to read. */
const OPTIONS = { ...COMPILER, lib: ["lib.es2023.d.ts"], types: [] };

/**
 * The exports of every package, read from `entry` of its folder: `src/index.ts` for what people wrote,
 * `dist/index.d.ts` for what is shipped.
 * @param {string} root
 * @param {"src/index.ts" | "dist/index.d.ts"} entry
 * @returns {{ at: Package, exports: Exported[] }[]} Packages without the entry are left out; exports sorted by name.
 */
export function exportsOfPackages(root, entry) {
  const packages = packagesOf(root).filter(({ dir }) => existsSync(join(root, dir, entry)));
  const program = ts.createProgram(
    packages.map(({ dir }) => join(root, dir, entry)),
    OPTIONS,
  );
  const checker = program.getTypeChecker();
  return packages.map((at) => {
    const source = program.getSourceFile(join(root, at.dir, entry));
    const module = source && checker.getSymbolAtLocation(source);
    const exports = module === undefined ? [] : exportsOfModule(root, checker, module, "");
    return { at, exports: exports.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  });
}

/** @param {string} root @param {ts.TypeChecker} checker @param {ts.Symbol} module @param {string} prefix @returns {Exported[]} */
function exportsOfModule(root, checker, module, prefix) {
  return checker.getExportsOfModule(module).flatMap((alias) => {
    const symbol = alias.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(alias) : alias;
    const name = `${prefix}${alias.name}`;
    if (symbol.flags & ts.SymbolFlags.ValueModule) return exportsOfModule(root, checker, symbol, `${name}.`);
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined) return [];
    const source = declaration.getSourceFile();
    return [
      {
        name,
        file: relative(root, source.fileName).split("\\").join(posix.sep),
        line: source.getLineAndCharacterOfPosition(declaration.getStart(source)).line + 1,
        doc: ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim(),
        signature: (symbol.declarations ?? []).map(signatureOf).join("\n"),
      },
    ];
  });
}

const printer = ts.createPrinter({ removeComments: true });

/** A declaration as it is written, without comments and `export declare`. @param {ts.Declaration} declaration */
function signatureOf(declaration) {
  const variable = ts.isVariableDeclaration(declaration) && ts.isVariableDeclarationList(declaration.parent);
  const node = variable ? declaration.parent.parent : declaration;
  const text = printer.printNode(ts.EmitHint.Unspecified, node, declaration.getSourceFile());
  return text.replace(/^export /, "").replace(/^declare /, "");
}
