import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { cyclesOf } from "./lib/graph.mjs";
import { runAsCommand } from "./lib/problem.mjs";
import { importsOf, lineOf, parse, walk } from "./lib/syntax.mjs";
import { appsOf, filesUnder, isTest, packagesOf } from "./lib/tree.mjs";

/** @typedef {import("./lib/problem.mjs").Problem} Problem */
/** @typedef {import("./lib/tree.mjs").Package} Package */

/** The folders of `packages/core/src`. */
const CORE_LAYERS = [
  ["points", "random", "linalg"],
  ["scheduler", "ode", "distribution", "coupling", "bound"],
  ["path"],
  ["field"],
  ["conditional", "floor", "sample", "metric", "manifold", "discrete"],
  ["verify"],
];
/** The packages, above all folders of core, and the applications. */
const PACKAGE_LAYERS = [["core"], ["io"], ["kernels", "train"], ["cli", "lab"]];
/** What runs in a browser as it stands. */
const WITHOUT_NODE = ["core", "io", "lab"];
/** Node modules that read or write files. */
const FILES = /^node:fs(\/promises)?$/;
/** The one folder that may import the autodiff engine. */
const ENGINE = "packages/train/src/engine/";

/**
 * The layer law: which file may import which, no cycles, no ambient randomness and no clocks in libraries.
 * @param {string} root
 * @returns {Problem[]}
 */
export function check(root) {
  const packages = [...packagesOf(root), ...appsOf(root)];
  /** @type {Problem[]} */
  const problems = [];
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  for (const at of packages) {
    for (const file of filesUnder(root, `${at.dir}/src`, [".ts", ".tsx"])) {
      const source = parse(root, file);
      const edges = [];
      for (const { specifier, line } of importsOf(source)) {
        const target = resolve(root, file, specifier);
        const message = target === undefined ? outside(file, specifier, at, packages) : inside(root, file, target, at);
        if (message !== undefined) problems.push({ file, line, message });
        if (target !== undefined) edges.push(target);
      }
      graph.set(file, edges);
      if (at.folder !== "cli" && !isTest(file)) problems.push(...ambient(file, source));
    }
  }
  for (const cycle of cyclesOf(graph)) {
    problems.push({ file: cycle[0], message: `imports itself through ${[...cycle, cycle[0]].join(" → ")}; expected no cycle` });
  }
  return problems;
}

/** The file that a relative specifier means, undefined for a package. @param {string} root @param {string} file @param {string} specifier */
function resolve(root, file, specifier) {
  if (!specifier.startsWith(".")) return undefined;
  const path = posix.join(posix.dirname(file), specifier);
  const written = path.replace(/\.js(x?)$/, ".ts$1");
  return existsSync(join(root, written)) ? written : path;
}

/** What is wrong with an import of a package. @param {string} file @param {string} specifier @param {Package} at @param {Package[]} packages */
function outside(file, specifier, at, packages) {
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const sibling = packages.find((other) => other.name === name);
  if (sibling !== undefined) return toPackage(specifier, at, sibling);
  if (isTest(file)) return undefined;
  if (specifier.startsWith("node:")) {
    if (WITHOUT_NODE.includes(at.folder)) return `imports "${specifier}"; expected no Node module in ${at.folder}`;
    return at.folder !== "cli" && FILES.test(specifier) ? `imports "${specifier}"; expected files only in cli` : undefined;
  }
  if (at.folder === "core") return `imports the package "${name}"; expected core to have no dependencies`;
  if (name === "@jax-js/jax" && !file.startsWith(ENGINE)) return `imports "${specifier}"; expected it only in ${ENGINE}`;
  const { dependencies, optionalDependencies, peerDependencies } = at.manifest;
  const declared = { ...dependencies, ...optionalDependencies, ...peerDependencies };
  return name in declared ? undefined : `imports "${name}"; expected it among the dependencies of ${at.dir}/package.json`;
}

/** What is wrong with an import of a package of ours. @param {string} specifier @param {Package} from @param {Package} to */
function toPackage(specifier, from, to) {
  const [a, b] = [from, to].map(({ folder }) => PACKAGE_LAYERS.findIndex((layer) => layer.includes(folder)));
  if (!(b < a)) return `${from.folder} imports ${to.folder}; expected a package of a strictly lower layer`;
  if (specifier !== to.name && !exported(to, specifier)) return `imports "${specifier}"; expected an entry of its exports`;
  if (to.name in (from.manifest.dependencies ?? {})) return undefined;
  return `imports "${to.name}"; expected it among the dependencies of ${from.dir}/package.json`;
}

/** @param {Package} at @param {string} specifier */
function exported(at, specifier) {
  const entries = at.manifest.exports;
  return typeof entries === "object" && entries !== null && `.${specifier.slice(at.name.length)}` in entries;
}

/** What is wrong with a relative import. @param {string} root @param {string} file @param {string} target @param {Package} at */
function inside(root, file, target, at) {
  const src = `${at.dir}/src/`;
  if (!existsSync(join(root, target))) return `imports ${target}, which does not exist; expected a file`;
  if (isTest(file)) return undefined;
  if (!target.startsWith(src)) return `imports ${target}; expected a file of ${src}, or another package by its name`;
  if (isTest(target)) return `imports the test ${target}; expected a source file`;
  return at.folder === "core" ? insideCore(file.slice(src.length), target.slice(src.length)) : undefined;
}

/** @param {string} file @param {string} target Both relative to `packages/core/src`. */
function insideCore(file, target) {
  const [from, to] = [folderOf(file), folderOf(target)];
  if (from === to) {
    return from !== "" && target === `${to}/index.ts`
      ? "imports the index of its own folder; expected the file itself"
      : undefined;
  }
  if (to === "") return `imports ${target}; expected a folder's index`;
  if (target !== `${to}/index.ts`) return `imports ${target}; expected ${to}/index.js from outside ${to}`;
  if (layerOf(to) < 0) return `imports ${to}, which has no layer; expected a folder of the table in tools/check-layers.mjs`;
  if (from === "") return undefined;
  if (layerOf(from) < 0) return `${from} has no layer; expected a folder of the table in tools/check-layers.mjs`;
  if (layerOf(to) < layerOf(from)) return undefined;
  return `${from} (L${layerOf(from)}) imports ${to} (L${layerOf(to)}); expected a strictly lower layer`;
}

/** @param {string} file */
const folderOf = (file) => (file.includes("/") ? file.slice(0, file.indexOf("/")) : "");
/** @param {string} folder */
const layerOf = (folder) => CORE_LAYERS.findIndex((layer) => layer.includes(folder));

/** Uses of a clock or of randomness that is not a value. @param {string} file @param {ts.SourceFile} source @returns {Problem[]} */
function ambient(file, source) {
  /** @type {Problem[]} */
  const problems = [];
  walk(source, (node) => {
    const use = ambientUse(node);
    if (use !== undefined)
      problems.push({ file, line: lineOf(node), message: `uses ${use}; expected randomness and clocks as arguments` });
  });
  return problems;
}

/** @param {ts.Node} node */
function ambientUse(node) {
  if (ts.isNewExpression(node) && node.getText() === "new Date()") return "new Date()";
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const text = node.getText();
  return ["Math.random", "Date.now", "performance.now", "crypto.getRandomValues"].find(
    (use) => text === use || text === `globalThis.${use}`,
  );
}

await runAsCommand(import.meta, check);
