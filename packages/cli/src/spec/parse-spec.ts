import { type Document, isMap, isPair, isScalar, LineCounter, parseDocument, stringify } from "yaml";
import { describeIssue } from "./describe-issue.js";
import { specSchema } from "./schema.js";
import { applySettings } from "./set-key.js";
import type { Spec } from "./spec.js";

/** Where a spec comes from, and what the command line changes in it. */
export interface ParseSpecOptions {
  /** Names the text in messages: the file. */
  readonly file: string;
  /** The name of the run when the spec gives none. */
  readonly name?: string;
  /** Changes as `train.steps=100`, applied before validation. */
  readonly settings?: readonly string[];
}

/**
 * Reads a spec in YAML or JSON and fills in the defaults.
 * @throws SyntaxError when the text does not parse, RangeError naming line and key when a key or a value is wrong.
 */
export function parseSpec(text: string, { file, name, settings = [] }: ParseSpecOptions): Spec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    const reason = error.message.replace(/[.:]?\s*$/, "");
    throw new SyntaxError(`Cannot read the spec ${file}:${line}:${col}: ${reason}; expected YAML or JSON`);
  }
  const raw = applySettings(plainOf(document, file), settings);
  const named = typeof raw === "object" && raw !== null && name !== undefined ? { name, ...raw } : raw;
  const result = specSchema.safeParse(named);
  if (result.success) return result.data;
  const { issues } = result.error;
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]; // a misspelt key also goes missing
  if (issue === undefined) throw new Error("internal: zod refused a spec without an issue");
  const { path, is, expected } = describeIssue(issue, named);
  const line = lineOf(document, path, lines);
  throw new RangeError(`Cannot read the spec ${file}${line === undefined ? "" : `:${line}`}: ${is}; expected ${expected}`);
}

/** The document as plain values; an alias that grows beyond bounds is refused by the parser. */
function plainOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot read the spec ${file}: ${reason}; expected plain values`, { cause });
  }
}

/** The line of the key at a path, or of the nearest group above it that is in the text. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number | undefined {
  let node: unknown = document.contents;
  let start: number | undefined;
  for (const part of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === part);
    if (pair === undefined || !isScalar(pair.key)) break;
    start = pair.key.range?.[0] ?? start;
    node = pair.value;
  }
  return start === undefined ? undefined : lines.linePos(start).line;
}

/** The text of a resolved spec, in the order of the schema, that `parseSpec` reads back to the same value. */
export function specText(spec: Spec): string {
  return stringify(spec, { lineWidth: 0, keepUndefined: false });
}
