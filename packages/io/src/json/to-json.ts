import { textOf } from "../array/index.js";
import { requireKnownKeys } from "../check/index.js";

/** How to lay out the text. */
export interface ToJsonOptions {
  /** Spaces a level; 0 puts all on one line. Lists of plain values stay on one line. @defaultValue 0 */
  readonly indent?: number;
}

interface Layout {
  readonly indent: number;
  /** The containers around the value: one of them inside itself has no text. */
  readonly within: readonly unknown[];
}

function scalar(value: unknown, path: string): string | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (Number.isFinite(value)) return textOf(value);
    throw new RangeError(`Cannot write JSON: ${path} is ${value}; expected a finite number`);
  }
  if (typeof value === "object") return undefined;
  throw new TypeError(
    `Cannot write JSON: ${path} is of type ${typeof value}; expected text, number, truth value, null, list or record`,
  );
}

function join(parts: readonly string[], open: string, close: string, inline: boolean, layout: Layout): string {
  if (layout.indent === 0 || parts.length === 0) return `${open}${parts.join(",")}${close}`;
  if (inline) return `${open}${parts.join(", ")}${close}`;
  const outer = `\n${" ".repeat(layout.indent * layout.within.length)}`;
  const inner = `${outer}${" ".repeat(layout.indent)}`;
  return `${open}${inner}${parts.join(`,${inner}`)}${outer}${close}`;
}

/** The numbers of a list or typed array; undefined for any other object. */
function listOf(value: object): readonly unknown[] | undefined {
  if (Array.isArray(value)) return Array.from(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return value instanceof DataView ? undefined : Array.from(value as unknown as ArrayLike<unknown>);
}

function write(value: unknown, path: string, layout: Layout): string {
  const plain = scalar(value, path);
  if (plain !== undefined) return plain;
  const object = value as object;
  if (layout.within.includes(object)) throw new TypeError(`Cannot write JSON: ${path} contains itself; expected a tree`);
  const inside = { ...layout, within: [...layout.within, object] };
  const list = listOf(object);
  if (list) {
    const items = list.map((item, i) => write(item, `${path}[${i}]`, inside));
    return join(
      items,
      "[",
      "]",
      list.every((item) => item === null || typeof item !== "object"),
      layout,
    );
  }
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`Cannot write JSON: ${path} is a ${object.constructor.name}; expected a plain record`);
  }
  const colon = layout.indent === 0 ? ":" : ": ";
  const entries = Object.entries(object).filter(([, item]) => item !== undefined);
  const parts = entries.map(([key, item]) => `${JSON.stringify(key)}${colon}${write(item, `${path}.${key}`, inside)}`);
  return join(parts, "{", "}", false, layout);
}

/**
 * The JSON text of a value: records keep the order of their keys and lose undefined entries, typed arrays are lists, every
 * number reads back the same, −0 included. Equal values give equal texts.
 * @throws RangeError naming the path, as `$.loss[3]`, of NaN or an infinity.
 * @throws TypeError naming the path of what JSON has no text for: functions, big integers, class instances, a value inside itself.
 */
export function toJson(value: unknown, options: ToJsonOptions = {}): string {
  requireKnownKeys(options, ["indent"], "write JSON");
  return write(value, "$", { indent: options.indent ?? 0, within: [] });
}
