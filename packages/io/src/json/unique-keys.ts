/** The index of the quote that ends the JSON string begun at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

/**
 * Throws when an object of a valid JSON text has a key twice, of which JSON.parse would silently keep the last.
 * @throws SyntaxError naming the key.
 */
export function requireUniqueKeys(text: string, what: string): void {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === "{" || sign === "[") open.push(new Set());
    else if (sign === "}" || sign === "]") open.pop();
    if (sign !== '"') continue;
    const end = stringEnd(text, at);
    const string = text.slice(at, end + 1);
    at = end;
    let next = end + 1;
    while (" \t\r\n".includes(text[next] ?? "x")) next++;
    if (text[next] !== ":") continue;
    const key: unknown = JSON.parse(string);
    const keys = open.at(-1);
    if (typeof key !== "string" || keys?.has(key)) {
      throw new SyntaxError(`Cannot read ${what}: the key ${string} appears twice; expected distinct keys`);
    }
    keys?.add(key);
  }
}
