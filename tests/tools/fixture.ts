import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Problem } from "../../tools/lib/problem.mjs";
import { formatProblem } from "../../tools/lib/problem.mjs";

/** Files by path; a value that is no text is written as JSON. */
export type Tree = Readonly<Record<string, unknown>>;

/** A folder with the given files, removed when the test ends. */
export function plant(tree: Tree): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "fluxion-tree-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return root;
}

/** The problems of a check as the lines it prints. */
export async function linesOf(problems: Problem[] | Promise<Problem[]>): Promise<string[]> {
  return (await problems).map(formatProblem);
}

/** The manifest of a package of ours. */
export function manifest(folder: string, dependencies: readonly string[] = []): Tree {
  return {
    name: `@fluxion/${folder}`,
    type: "module",
    files: ["dist"],
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
    dependencies: Object.fromEntries(dependencies.map((name) => [name, "1.0.0"])),
  };
}
