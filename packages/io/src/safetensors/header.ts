import { decodeUtf8, section, sectionView } from "../bytes/index.js";
import { requireUniqueKeys } from "../json/index.js";

/** The header may not pass this; the format's own limit. */
const LONGEST_HEADER = 100_000_000;

/** What the header says about one tensor. */
export interface TensorEntry {
  readonly name: string;
  /** The format's name of the element type, as "F32". */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte, counted from the end of the header. */
  readonly begin: number;
  /** One past the last byte. */
  readonly end: number;
}

/** The parts of a safetensors file. */
export interface SafetensorsHeader {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** A view of the bytes behind the header. */
  readonly data: Uint8Array;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isSizes = (value: unknown): value is number[] => Array.isArray(value) && value.every(isSize);

function headerLength(bytes: Uint8Array): number {
  const length = sectionView(bytes, 0, 8, "safetensors header length").getBigUint64(0, true);
  if (length <= LONGEST_HEADER) return Number(length);
  throw new SyntaxError(`Cannot read safetensors: the header claims ${length} bytes; expected at most ${LONGEST_HEADER}`);
}

function parseHeader(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot read safetensors: the header is not JSON (${reason}); expected an object`, { cause });
  }
  if (!isRecord(header) || !text.startsWith("{"))
    throw new SyntaxError("Cannot read safetensors: the header does not begin with {; expected an object");
  requireUniqueKeys(text, "safetensors");
  return header;
}

function metadataOf(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (isRecord(value) && Object.values(value).every((entry) => typeof entry === "string")) return value as Record<string, string>;
  throw new SyntaxError("Cannot read safetensors: __metadata__ holds more than texts; expected an object of texts");
}

function tensorEntry(name: string, value: unknown): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  const shown = JSON.stringify(name);
  if (typeof dtype !== "string")
    throw new SyntaxError(`Cannot read safetensors: tensor ${shown} has no dtype; expected one such as "F32"`);
  if (!isSizes(shape))
    throw new SyntaxError(`Cannot read safetensors: tensor ${shown} has no shape; expected a list of whole numbers`);
  const [begin, end, ...more] = isSizes(offsets) ? offsets : [];
  if (begin === undefined || end === undefined || more.length > 0 || begin > end) {
    throw new SyntaxError(`Cannot read safetensors: tensor ${shown} has no data_offsets; expected [begin, end] with begin ≤ end`);
  }
  return { name, dtype, shape, begin, end };
}

/** The tensors must tile the data: no byte in two of them, none in no tensor, none past the end. */
function requireTiling(entries: readonly TensorEntry[], length: number): void {
  let at = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      const fault = begin < at ? "overlaps another" : "leaves a gap before it";
      throw new SyntaxError(
        `Cannot read safetensors: tensor ${JSON.stringify(name)} begins at byte ${begin} and ${fault}; expected byte ${at}`,
      );
    }
    at = end;
  }
  if (at !== length)
    throw new SyntaxError(`Cannot read safetensors: the tensors take ${at} bytes, the file has ${length}; expected equal counts`);
}

/**
 * Reads the header of a safetensors file and checks that its tensors tile the rest of the file.
 * @throws SyntaxError naming the tensor and the byte counts.
 */
export function readSafetensorsHeader(bytes: Uint8Array): SafetensorsHeader {
  const length = headerLength(bytes);
  const header = parseHeader(decodeUtf8(section(bytes, 8, length, "safetensors header"), "safetensors header"));
  const data = bytes.subarray(8 + length);
  const { __metadata__, ...tensors } = header;
  const entries = Object.entries(tensors).map(([name, value]) => tensorEntry(name, value));
  requireTiling(entries, data.length);
  return { entries, metadata: metadataOf(__metadata__), data };
}
