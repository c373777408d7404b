import { existsSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { exportsOfPackages } from "./lib/api.mjs";
import { differences, runFences } from "./lib/fences.mjs";
import { parseMarkdown } from "./lib/markdown.mjs";
import { runAsCommand } from "./lib/problem.mjs";
import { filesUnder, textOf } from "./lib/tree.mjs";

/** @typedef {import("./lib/problem.mjs").Problem} Problem */
/** @typedef {import("./lib/markdown.mjs").Markdown} Markdown */

/**
 * The documentation holds: every exported name has a docstring, every relative link and anchor of a Markdown file leads
 * somewhere, every `npm` command exists, every `ts` block runs against the built packages or compiles in its place
 * (`runFences` says which), and the README says the same in both languages.
 * @param {string} root
 * @returns {Promise<Problem[]>}
 */
export async function check(root) {
  const pages = new Map(filesUnder(root, ".", [".md"]).map((file) => [file, parseMarkdown(textOf(root, file))]));
  return [
    ...undocumented(root),
    ...[...pages].flatMap(([file, page]) => [...brokenLinks(root, file, page, pages), ...unknownScripts(root, file, page)]),
    ...differences(pages.get("README.md"), pages.get("README.zh-CN.md")),
    ...(await runFences(root, pages)),
  ];
}

/** @param {string} root @returns {Problem[]} */
function undocumented(root) {
  return exportsOfPackages(root, "src/index.ts").flatMap(({ at, exports }) =>
    exports
      .filter(({ doc, file }) => doc === "" && file.startsWith(at.dir))
      .map(({ file, line, name }) => ({
        file,
        line,
        message: `the export ${name} of ${at.name} has no docstring; expected /** … */`,
      })),
  );
}

/** @param {string} root @param {string} file @param {Markdown} page @param {Map<string, Markdown>} pages @returns {Problem[]} */
function brokenLinks(root, file, page, pages) {
  return page.links.flatMap(({ target, line }) => {
    if (/^[a-z][a-z\d+.-]*:|^\/\//i.test(target)) return []; // another site
    const [path, fragment = ""] = decodeURIComponent(target).split("#", 2);
    const to = path === "" ? file : posix.normalize(posix.join(posix.dirname(file), path)).replace(/\/$/, "");
    const message =
      to.startsWith("..") || !existsSync(join(root, to)) ? "does not exist" : badFragment(root, to, fragment, pages);
    return message === undefined
      ? []
      : [{ file, line, message: `the link ${target} ${message}; expected a file of the repository` }];
  });
}

/** @param {string} root @param {string} to @param {string} fragment @param {Map<string, Markdown>} pages */
function badFragment(root, to, fragment, pages) {
  if (fragment === "") return undefined;
  const page = pages.get(to);
  if (page !== undefined) return page.anchors.has(fragment) ? undefined : `has no anchor #${fragment}`;
  const last = /^L\d+(-L\d+)?$/.test(fragment) ? Number(fragment.match(/\d+$/)?.[0]) : undefined;
  if (last === undefined || statSync(join(root, to)).isDirectory()) return `has no anchor #${fragment}`;
  return textOf(root, to).split("\n").length >= last ? undefined : `has no line ${last}`;
}

/** Commands of `sh` blocks that `package.json` does not define. @param {string} root @param {string} file @param {Markdown} page @returns {Problem[]} */
function unknownScripts(root, file, page) {
  const { scripts = {} } = existsSync(join(root, "package.json")) ? JSON.parse(textOf(root, "package.json")) : {};
  const blocks = page.fences.filter(({ info }) => /^(sh|bash|shell|console)\b/.test(info));
  const lines = blocks.flatMap(({ code, line }) => code.split("\n").map((text, i) => ({ text, line: line + i })));
  return lines.flatMap(({ text, line }) => {
    const [, named, short] = text.match(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/) ?? [];
    const script = named ?? short;
    if (script === undefined || script in scripts) return [];
    return [
      { file, line, message: `package.json has no script "${script}"; expected one of ${Object.keys(scripts).join(", ")}` },
    ];
  });
}

await runAsCommand(import.meta, check);
