/** Columns on which side: `l` left, `r` right. */
export type Alignment = "l" | "r";

/** Cells a text takes on a terminal: a CJK sign takes two, colour codes none. */
export function width(text: string): number {
  let cells = 0;
  for (const sign of withoutColour(text))
    cells += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(sign) ? 2 : 1;
  return cells;
}

/** The text without the escape sequences that colour it. */
export function withoutColour(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");
}

/** Rows of cells as lines with aligned columns, two spaces apart. */
export function table(rows: readonly (readonly string[])[], alignments: readonly Alignment[]): string {
  const widths = alignments.map((_, column) => Math.max(0, ...rows.map((row) => width(row[column] ?? ""))));
  const lines = rows.map((row) => {
    const cells = alignments.map((side, column) => {
      const cell = row[column] ?? "";
      const room = " ".repeat((widths[column] ?? 0) - width(cell));
      return side === "r" ? room + cell : cell + room;
    });
    return `  ${cells.join("  ")}`.trimEnd();
  });
  return `${lines.join("\n")}\n`;
}
