/**
 * A fenced block: `info` is what follows the opening fence, `line` the 1-based line of its first code line.
 * @typedef {{ info: string, code: string, line: number }} Fence
 * @typedef {{ target: string, line: number }} Link
 * @typedef {{ anchors: Set<string>, links: Link[], fences: Fence[] }} Markdown
 */

/**
 * What the checks need of a Markdown text: where one can link to, where it links, and its fenced blocks.
 * @param {string} text
 * @returns {Markdown}
 */
export function parseMarkdown(text) {
  const { prose, fences } = splitFences(text);
  const anchors = new Set(headingSlugs(prose));
  for (const [, id] of prose.join("\n").matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(id);
  return { anchors, links: linksOf(prose), fences };
}

/** Lines outside fences (those inside become empty, so that numbers stay), and the fences. @param {string} text */
function splitFences(text) {
  /** @type {Fence[]} */
  const fences = [];
  /** @type {string[]} */
  const prose = [];
  /** @type {{ mark: string, indent: number, fence: Fence, code: string[] } | undefined} */
  let open;
  text.split(/\r?\n/).forEach((line, i) => {
    const [, indent = "", mark, info = ""] = line.match(/^(\s*)(`{3,}|~{3,})\s*(.*)$/) ?? [];
    if (open === undefined && mark !== undefined) {
      open = { mark, indent: indent.length, code: [], fence: { info: info.trim(), code: "", line: i + 2 } };
    } else if (open !== undefined && mark?.startsWith(open.mark) && info === "") {
      fences.push({ ...open.fence, code: open.code.join("\n") });
      open = undefined;
    } else if (open !== undefined) {
      open.code.push(line.replace(new RegExp(`^\\s{0,${open.indent}}`), ""));
    } else {
      prose.push(line);
      return;
    }
    prose.push("");
  });
  return { prose, fences };
}

/** The anchors that GitHub gives to headings. @param {string[]} prose */
function headingSlugs(prose) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return prose.flatMap((line) => {
    const heading = line.match(/^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/)?.[1];
    if (heading === undefined) return [];
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return [count === 0 ? slug : `${slug}-${count}`];
  });
}

/** Lower case, without punctuation, spaces as hyphens; links and tags leave their text. @param {string} heading */
export function slugOf(heading) {
  const plain = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/<[^>]*>/g, "");
  return plain
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** @param {string[]} prose @returns {Link[]} */
function linksOf(prose) {
  const forms = [
    /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g, // [text](target), ![alt](target)
    /^\s*\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/g, // [label]: target
    /<(?:a|img|source)\b[^>]*?\s(?:href|src|srcset)="([^"]+)"/g,
  ];
  return prose.flatMap((line, i) => {
    const text = line.replace(/(`+)(?:(?!\1).)*?\1/g, ""); // no links in code
    return forms.flatMap((form) => [...text.matchAll(form)].map(([, target]) => ({ target, line: i + 1 })));
  });
}
