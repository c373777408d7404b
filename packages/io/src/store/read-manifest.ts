import { requireUniqueKeys } from "../json/index.js";
import { indexBytes } from "./block-index.js";
import { bytesOfDtype, type StoreCoding, type StoreDtype } from "./coding.js";
import { type Fields, fieldsOf } from "./fields.js";
import type { Shard, StoreFile, StoreManifest } from "./manifest.js";

/** What the key `format` of a manifest must say. */
export const FORMAT = "fluxion store";
/** The only version so far. */
export const VERSION = 1;

const KEYS = ["format", "version", "size", "dim", "dtype", "scale", "offset", "clustered"] as const;
const NUMBERS = ["totalWeight", "center", "radius", "norm", "storageError"] as const;
const FILE_KEYS = ["file", "bytes", "sha256"] as const;
const DTYPES: readonly StoreDtype[] = ["float32", "float16", "uint8"];

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
/** A name that stays in its folder on every system. */
const isFileName = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text);

/**
 * The manifest that the text of `store.json` holds.
 * @throws SyntaxError naming the key that is unknown, missing or wrong, or the counts that disagree.
 */
export function readManifest(text: string): StoreManifest {
  const fields = fieldsOf(parse(text), "store.json", [...KEYS, ...NUMBERS, "shards", "index"]);
  fields.text("format", (found) => found === FORMAT, `"${FORMAT}"`);
  fields.number("version", (found) => found === VERSION, `${VERSION}, which this program reads`);
  const size = fields.number("size", isCount, "a whole number of at least 1");
  const dim = fields.number("dim", isCount, "a whole number of at least 1");
  const coding = codingOf(fields);
  const shards = fields.list("shards").map((value, i) => shardOf(value, `store.json.shards[${i}]`));
  const index = fileOf(fields.record("index", FILE_KEYS));
  const center = fields.list("center").filter((value) => typeof value === "number");
  if (center.length !== dim || fields.list("center").length !== dim) {
    throw new SyntaxError(`Cannot read store: store.json.center has ${center.length} numbers; expected ${dim}`);
  }
  const least = (key: string): number => fields.number(key, (found) => found >= 0, "a number of at least 0");
  const manifest = {
    size,
    dim,
    coding,
    shards,
    index,
    totalWeight: fields.number("totalWeight", (found) => found > 0, "a positive number"),
    center: Float64Array.from(center),
    radius: least("radius"),
    norm: least("norm"),
    storageError: least("storageError"),
    clustered: fields.flag("clustered"),
  };
  requireConsistent(manifest);
  return manifest;
}

function parse(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot read store: store.json is not JSON (${reason}); expected an object`, { cause });
  }
  requireUniqueKeys(text, "store");
  return value;
}

function codingOf(fields: Fields): StoreCoding {
  const known = (found: string): found is StoreDtype => DTYPES.some((dtype) => dtype === found);
  const dtype = fields.text("dtype", known, `one of ${DTYPES.join(", ")}`) as StoreDtype;
  if (dtype === "uint8") {
    const scale = fields.number("scale", (found) => found !== 0, "a number that is not 0");
    return { dtype, scale, offset: fields.number("offset", () => true, "a number") };
  }
  const stray = ["scale", "offset"].find((key) => fields.has(key));
  if (stray === undefined) return { dtype, scale: 1, offset: 0 };
  throw new SyntaxError(`Cannot read store: store.json has "${stray}" beside the dtype ${dtype}; expected it with uint8 only`);
}

function fileOf(fields: Fields): StoreFile {
  return {
    file: fields.text("file", isFileName, "a name of letters, digits, _, - and . without folders"),
    bytes: fields.number("bytes", isCount, "a whole number of at least 1"),
    sha256: fields.text("sha256", (found) => /^[0-9a-f]{64}$/.test(found), "64 hexadecimal digits"),
  };
}

function shardOf(value: unknown, path: string): Shard {
  const fields = fieldsOf(value, path, [...FILE_KEYS, "rows", "weights", "origins"]);
  return {
    ...fileOf(fields),
    rows: fields.number("rows", isCount, "a whole number of at least 1"),
    ...(fields.has("weights") ? { weights: fileOf(fields.record("weights", FILE_KEYS)) } : {}),
    ...(fields.has("origins") ? { origins: fileOf(fields.record("origins", FILE_KEYS)) } : {}),
  };
}

/** Every file of a store but the manifest. */
export function filesOf({ shards, index }: Pick<StoreManifest, "shards" | "index">): StoreFile[] {
  return [...shards.flatMap((shard) => [shard, shard.weights, shard.origins].filter((file) => file !== undefined)), index];
}

function requireConsistent(manifest: StoreManifest): void {
  const { size, dim, coding, shards, index } = manifest;
  const refuse = (what: string, expected: string): never => {
    throw new SyntaxError(`Cannot read store: ${what}; expected ${expected}`);
  };
  const rows = shards.reduce((sum, shard) => sum + shard.rows, 0);
  if (rows !== size) refuse(`the shards have ${rows} rows, store.json.size is ${size}`, "equal counts");
  for (const [i, { rows, bytes, weights, origins }] of shards.entries()) {
    const sizes = [
      ["bytes", bytes, rows * dim * bytesOfDtype(coding.dtype)],
      ["weights.bytes", weights?.bytes ?? 8 * rows, 8 * rows],
      ["origins.bytes", origins?.bytes ?? 4 * rows, 4 * rows],
    ] as const;
    for (const [key, found, expected] of sizes) {
      if (found !== expected) {
        refuse(`store.json.shards[${i}].${key} is ${found}`, `${expected} for ${rows} rows of dim ${dim}, ${coding.dtype}`);
      }
    }
  }
  for (const key of ["weights", "origins"] as const) {
    const having = shards.filter((shard) => shard[key] !== undefined).length;
    if (having !== 0 && having !== shards.length) {
      refuse(`${having} of ${shards.length} shards have ${key}`, "all of them or none");
    }
  }
  const expected = indexBytes(size, dim);
  if (index.bytes !== expected) refuse(`store.json.index.bytes is ${index.bytes}`, `${expected} for ${size} rows of dim ${dim}`);
  const names = filesOf(manifest).map(({ file }) => file);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse(`the file "${twice}" appears twice`, "distinct files");
}
