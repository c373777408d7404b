import { existsSync } from "node:fs";
import { join } from "node:path";
import { runAsCommand } from "./lib/problem.mjs";
import { filesUnder, sourceFiles, textOf } from "./lib/tree.mjs";

/** @typedef {import("./lib/problem.mjs").Problem} Problem */
/** Something cited, and where. @typedef {{ file: string, line: number, key: string }} Mention */

const DERIVATIONS = ["docs/math/derivation.md", "docs/math/derivation.zh-CN.md"];
const BIBLIOGRAPHY = "docs/references.bib";
const TAG = /Eq\. \((M\d+[a-z]?|GAP)\)/g;
/** What was meant as a tag: `Eq (M6)`, `Eq. M6`, `eq. (M6)`, `Eqs. (M6, M7)`. */
const NEARLY_TAG = /\bEqs?\b\.?\s*\(?(?:M\d+|GAP\b)[^)\s]*\)?/gi;
const ANCHOR = /<a id="(M\d+[a-z]?|GAP)">/g;
/** `[Salmon2011, §3.3]`, `[Lipman2023, Example II; Liu2023]`. */
const CITATION = /\[([A-Z][A-Za-z-]*(?:19|20)\d\d[a-z]?\b[^\]\n]*)\]/g;
const KEY = /^[A-Z][A-Za-z-]*(?:19|20)\d\d[a-z]?/;

/**
 * Code, derivation and bibliography hold together: every equation tag has its anchor in the derivation in both languages,
 * every anchor has code, every citation an entry, and every entry a citation.
 * @param {string} root
 * @returns {Problem[]}
 */
export function check(root) {
  const missing = [...DERIVATIONS, BIBLIOGRAPHY].filter((file) => !existsSync(join(root, file)));
  if (missing.length > 0)
    return missing.map((file) => ({ file, message: "the file does not exist; expected the text that the code cites" }));
  const sources = sourceFiles(root);
  return [...equations(root, sources), ...citations(root, sources)];
}

/** @param {string} root @param {string[]} sources @returns {Problem[]} */
function equations(root, sources) {
  const tags = mentions(root, sources, TAG);
  const anchors = DERIVATIONS.map((file) => mentions(root, [file], ANCHOR));
  const defined = anchors.map((list) => new Set(list.map(({ key }) => key)));
  const used = new Set(tags.map(({ key }) => key));
  /** @type {Problem[]} */
  const problems = mentions(root, sources, NEARLY_TAG)
    .filter(({ key }) => !/^Eq\. \((M\d+[a-z]?|GAP)\)$/.test(key))
    .map(({ file, line, key }) => ({ file, line, message: `"${key}" is no equation tag; expected the form "Eq. (M6)"` }));
  for (const { file, line, key } of tags) {
    const without = DERIVATIONS.filter((_, i) => !defined[i].has(key));
    if (without.length > 0)
      problems.push({ file, line, message: `Eq. (${key}) has no anchor in ${without.join(" and ")}; expected <a id="${key}">` });
  }
  anchors.forEach((list, i) => {
    const other = 1 - i;
    for (const { file, line, key } of list) {
      if (!used.has(key))
        problems.push({ file, line, message: `no source file cites Eq. (${key}); expected the code that computes it` });
      if (!defined[other].has(key))
        problems.push({ file, line, message: `the anchor ${key} is not in ${DERIVATIONS[other]}; expected the same anchors` });
    }
    for (const { file, line, key } of repeated(list))
      problems.push({ file, line, message: `the anchor ${key} is there twice; expected once` });
  });
  return problems;
}

/** @param {string} root @param {string[]} sources @returns {Problem[]} */
function citations(root, sources) {
  const texts = [...filesUnder(root, "docs", [".md"]), ...filesUnder(root, ".", [".md"])].filter(
    (file, i, all) => all.indexOf(file) === i,
  );
  const cited = mentions(root, [...sources, ...texts], CITATION).flatMap(({ file, line, key }) =>
    key.split(";").flatMap(
      (part) =>
        part
          .trim()
          .match(KEY)
          ?.map((found) => ({ file, line, key: found })) ?? [],
    ),
  );
  const entries = mentions(root, [BIBLIOGRAPHY], /^@\w+\{\s*([^,\s]+)\s*,/gm);
  const known = new Set(entries.map(({ key }) => key));
  const used = new Set(cited.map(({ key }) => key));
  return [
    ...cited
      .filter(({ key }) => !known.has(key))
      .map(({ file, line, key }) => ({ file, line, message: `[${key}] has no entry; expected one in ${BIBLIOGRAPHY}` })),
    ...entries
      .filter(({ key }) => !used.has(key))
      .map(({ file, line, key }) => ({
        file,
        line,
        message: `nothing cites [${key}]; expected a citation in the sources or docs`,
      })),
    ...repeated(entries).map(({ file, line, key }) => ({
      file,
      line,
      message: `the entry ${key} is there twice; expected once`,
    })),
  ];
}

/** Every match of `pattern`: its first group, or the whole where it has none. @param {string} root @param {string[]} files @param {RegExp} pattern */
function mentions(root, files, pattern) {
  /** @type {Mention[]} */
  const found = [];
  for (const file of files) {
    const text = textOf(root, file);
    for (const match of text.matchAll(pattern)) {
      found.push({ file, line: text.slice(0, match.index).split("\n").length, key: match[1] ?? match[0] });
    }
  }
  return found;
}

/** The second and later mentions of a key. @param {Mention[]} list */
const repeated = (list) => list.filter(({ key }, i) => list.findIndex((other) => other.key === key) < i);

await runAsCommand(import.meta, check);
