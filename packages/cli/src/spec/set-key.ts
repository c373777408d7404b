import { parse } from "yaml";

type Group = Record<string, unknown>;

const isGroup = (value: unknown): value is Group => typeof value === "object" && value !== null && !Array.isArray(value);

/** A copy of the raw spec in which each `path.to.key=value` holds; the value is read as YAML. */
export function applySettings(raw: unknown, settings: readonly string[]): unknown {
  return settings.reduce(applySetting, raw);
}

function applySetting(raw: unknown, setting: string): unknown {
  const [, path = "", text = ""] = /^([^=]*)=(.*)$/s.exec(setting) ?? [];
  const keys = path.split(".");
  if (keys.some((key) => key.trim() === "" || key === "__proto__")) {
    throw new RangeError(`Cannot set "${setting}": the key is empty; expected key=value, as in train.steps=100`);
  }
  return withValue(raw, keys, readValue(text, setting), setting);
}

function readValue(text: string, setting: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot set "${setting}": the value is no YAML; expected a number or a text`, { cause });
  }
}

function withValue(raw: unknown, [key = "", ...rest]: readonly string[], value: unknown, setting: string): Group {
  const group = key === "from" || raw === undefined || raw === null ? (raw ?? {}) : raw;
  const opened = typeof group === "string" ? { from: group } : group; // data: digits is short for { from: digits }
  if (!isGroup(opened))
    throw new RangeError(`Cannot set "${setting}": "${key}" lies in a value that is no group; expected a group of keys`);
  return { ...opened, [key]: rest.length === 0 ? value : withValue(opened[key], rest, value, setting) };
}
