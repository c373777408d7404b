import { dirname, join } from "node:path";
import ts from "typescript";

/** What the packages are compiled with, as far as reading them needs it: see `tsconfig.base.json`. */
export const COMPILER = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
};

/** What a block of documentation is compiled with: the same, always a module, with Node's types. @param {string} root */
const optionsOf = (root) => ({
  ...COMPILER,
  moduleDetection: ts.ModuleDetectionKind.Force,
  verbatimModuleSyntax: true,
  typeRoots: [join(root, "node_modules", "@types")],
  types: ["node"],
});

/**
 * Compiles files that need not be on disk, each where its path says that it stands.
 * @param {string} root
 * @param {ReadonlyMap<string, string>} files Absolute path ↦ text.
 * @returns {Map<string, { line: number, message: string }[]>} The errors of each file, with 0-based lines.
 */
export function typeErrors(root, files) {
  const options = optionsOf(root);
  const host = ts.createCompilerHost(options);
  const folders = new Set([...files.keys()].map((path) => dirname(path)));
  const { fileExists, readFile, directoryExists } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.directoryExists = (path) => folders.has(path) || (directoryExists?.(path) ?? true);
  const program = ts.createProgram([...files.keys()], options, host);
  return new Map(
    [...files.keys()].map((path) => {
      const file = program.getSourceFile(path);
      const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      return [
        path,
        found.map((diagnostic) => ({
          line: lineOf(diagnostic),
          message: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
        })),
      ];
    }),
  );
}

/** @param {ts.Diagnostic} diagnostic */
const lineOf = ({ file, start }) => file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;

/** The JavaScript of a module. @param {string} code */
export function toJavaScript(code) {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}
