/** The signs that may part the cells of a row. */
export type Delimiter = "," | ";" | "\t" | "|" | " ";

/** Rarest in ordinary text first: "1,5;2,5" has two cells, not three. */
const CANDIDATES: readonly Delimiter[] = [";", "\t", "|", ",", " "];

/** The first lines that are neither blank nor comments, with quoted parts and the space around them taken away. */
function firstLines(text: string, count: number): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length && lines.length < count; ) {
    const stop = text.indexOf("\n", start);
    const end = stop < 0 ? text.length : stop;
    const line = text
      .slice(start, end)
      .replace(/"[^"]*"/g, "q")
      .trim();
    if (line !== "" && !line.startsWith("#")) lines.push(line);
    start = end + 1;
  }
  return lines;
}

/** The delimiter of a text with lines ended by "\n": the first of ; tab | , space that both of its first two lines contain; else a comma. */
export function guessDelimiter(text: string): Delimiter {
  const lines = firstLines(text, 2);
  return CANDIDATES.find((sign) => lines.length > 0 && lines.every((line) => line.includes(sign))) ?? ",";
}
