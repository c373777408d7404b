import type { Output } from "./cli-io.js";

/** How a text is marked. */
export type Mark = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Marks a text for one output. */
export type Paint = (mark: Mark, text: string) => string;

const CODES: Readonly<Record<Mark, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** Colours where a person looks at the output, unless NO_COLOR is set; FORCE_COLOR colours everywhere. */
export function paintFor(output: Output, env: Readonly<Record<string, string | undefined>>): Paint {
  const off = (env.NO_COLOR ?? "") !== "";
  const forced = (env.FORCE_COLOR ?? "0") !== "0";
  const coloured = !off && (forced || (output.isTTY === true && env.TERM !== "dumb"));
  return (mark, text) => (coloured ? `\u001b[${CODES[mark][0]}m${text}\u001b[${CODES[mark][1]}m` : text);
}
