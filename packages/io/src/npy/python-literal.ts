/** A value of the Python literals that an npy header is made of; a tuple is an array, a list is marked. */
export type PythonLiteral =
  | string
  | number
  | boolean
  | null
  | readonly PythonLiteral[]
  | { readonly list: readonly PythonLiteral[] }
  | ReadonlyMap<string, PythonLiteral>;

interface Cursor {
  readonly text: string;
  at: number;
}

/** Deeper nesting has no meaning in a header and would exhaust the stack. */
const DEEPEST = 16;

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ["True", true],
  ["False", false],
  ["None", null],
]);

function fail(cursor: Cursor, expected: string): never {
  const found = cursor.at < cursor.text.length ? JSON.stringify(cursor.text[cursor.at]) : "the end";
  throw new SyntaxError(`Cannot parse the npy header: character ${cursor.at} is ${found}; expected ${expected}`);
}

function skipSpace(cursor: Cursor): void {
  while (" \t\r\n".includes(cursor.text[cursor.at] ?? "x")) cursor.at++;
}

/** Whether the next sign is `sign`; passes it and the space around it. */
function accept(cursor: Cursor, sign: string): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== sign) return false;
  cursor.at++;
  skipSpace(cursor);
  return true;
}

function expect(cursor: Cursor, sign: string): void {
  if (!accept(cursor, sign)) fail(cursor, `"${sign}"`);
}

/** The match of a sticky pattern at the cursor, which passes it. */
function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

/** Items up to `close`; tells whether a comma came, which makes (3,) a tuple and (3) a number. */
function items(cursor: Cursor, close: string, depth: number): { values: PythonLiteral[]; comma: boolean } {
  const values: PythonLiteral[] = [];
  let comma = false;
  while (!accept(cursor, close)) {
    if (values.length > 0 && !comma) fail(cursor, `"," or "${close}"`);
    values.push(value(cursor, depth + 1));
    const more = accept(cursor, ",");
    comma ||= more;
    if (!more) {
      expect(cursor, close);
      break;
    }
  }
  return { values, comma };
}

function dict(cursor: Cursor, depth: number): ReadonlyMap<string, PythonLiteral> {
  const entries = new Map<string, PythonLiteral>();
  while (!accept(cursor, "}")) {
    const key = value(cursor, depth + 1);
    if (typeof key !== "string" || entries.has(key)) fail(cursor, "a new key in quotes before here");
    expect(cursor, ":");
    entries.set(key, value(cursor, depth + 1));
    if (!accept(cursor, ",")) {
      expect(cursor, "}");
      break;
    }
  }
  return entries;
}

function value(cursor: Cursor, depth: number): PythonLiteral {
  if (depth > DEEPEST) fail(cursor, `at most ${DEEPEST} nested brackets`);
  if (accept(cursor, "{")) return dict(cursor, depth);
  if (accept(cursor, "[")) return { list: items(cursor, "]", depth).values };
  if (accept(cursor, "(")) {
    const { values, comma } = items(cursor, ")", depth);
    const [only] = values;
    return values.length === 1 && !comma && only !== undefined ? only : values;
  }
  const quoted = take(cursor, /'[^'\\\n]*'|"[^"\\\n]*"/y);
  if (quoted !== undefined) return quoted.slice(1, -1);
  const digits = take(cursor, /-?\d+/y);
  if (digits !== undefined) {
    take(cursor, /L/y); // Python 2 wrote long integers as 3L
    return Number(digits);
  }
  const word = take(cursor, /[A-Za-z]+/y) ?? "";
  return WORDS.get(word) ?? (word === "None" ? null : fail(cursor, "a literal of Python"));
}

/**
 * The value of a Python literal made of dicts with text keys, tuples, lists, whole numbers, True, False, None, and quoted text
 * without escapes: all that numpy writes into an npy header.
 * @throws SyntaxError naming the character where the text stops being one.
 */
export function parsePythonLiteral(text: string): PythonLiteral {
  const cursor: Cursor = { text, at: 0 };
  skipSpace(cursor);
  const parsed = value(cursor, 0);
  skipSpace(cursor);
  if (cursor.at < text.length) fail(cursor, "the end");
  return parsed;
}
