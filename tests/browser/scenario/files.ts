import { fork, integers, normal, rngOf } from "@fluxion/core";
import {
  imageGrid,
  type NamedArrays,
  ndArray,
  readCsv,
  readNpy,
  readNpz,
  readPng,
  readSafetensors,
  writeCsv,
  writeNpy,
  writeNpz,
  writePng,
  writeSafetensors,
} from "@fluxion/io";
import { digestOf } from "./digest-of.js";

const rng = rngOf(5);
const x = normal(fork(rng, "x"), new Float64Array(6 * 8));
x.set([-0, 5e-324, Number.MAX_VALUE, 0.1]); // numbers that a careless text loses
const steps = integers(fork(rng, "steps"), 1000, new Uint32Array(5));
const arrays: NamedArrays = {
  x: ndArray("float64", [6, 8], x),
  weights: ndArray(
    "float32",
    [2, 24],
    Float32Array.from(x, (v) => v / 2),
  ),
  steps: ndArray("uint32", [5], steps),
  large: ndArray("int64", [2], BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n)),
};
const table = {
  data: x,
  rows: 6,
  columns: 8,
  names: ["a", "b, with a comma", '"c"', "d", "数据", "f", "g", "h"],
  labels: { names: ["cat", "dog"], index: Int32Array.of(0, 1, 1, 0, 0, 1) },
};

const digestsOf = (named: NamedArrays): string =>
  Object.entries(named)
    .map(([name, { dtype, shape, data }]) => `${name} ${dtype} [${shape.join(", ")}] ${digestOf(data)}`)
    .join("; ");

/** What a format writes, and what it reads back from that. */
interface RoundTrip {
  readonly written: string;
  readonly read: string;
  readonly given: string;
}

/** Values written and read back in every format, as digests. */
export function results(): Record<string, RoundTrip> {
  const npy = writeNpy(arrays.x ?? ndArray("float64", [0], new Float64Array()));
  const npz = writeNpz(arrays);
  const deflated = writeNpz(arrays, { compress: true });
  const tensors = writeSafetensors(arrays, { convention: "t = 0 is noise" });
  const csv = writeCsv(table);
  const sheet = imageGrid(
    x.map((v) => Math.max(-2, Math.min(2, v))),
    { width: 4, height: 4 },
  );
  const png = writePng(sheet);
  const text = readCsv(csv, { labelColumn: "label" });
  const labels = (at: { names: readonly string[]; index: ArrayLike<number> } | undefined): string =>
    Array.from(at?.index ?? [], (k) => at?.names[k]).join();
  return {
    npy: {
      written: digestOf(npy),
      read: digestsOf({ x: readNpy(npy) }),
      given: digestsOf({ x: ndArray("float64", [6, 8], x) }),
    },
    npz: { written: digestOf(npz), read: digestsOf(readNpz(npz)), given: digestsOf(arrays) },
    "npz, deflated": { written: digestOf(deflated), read: digestsOf(readNpz(deflated)), given: digestsOf(arrays) },
    safetensors: { written: digestOf(tensors), read: digestsOf(readSafetensors(tensors).tensors), given: digestsOf(arrays) },
    csv: {
      written: digestOf(csv),
      read: `${text.names?.join("|")} ${digestOf(text.data)} ${labels(text.labels)}`,
      given: `${table.names.join("|")} ${digestOf(x)} ${labels(table.labels)}`,
    },
    png: {
      written: digestOf(png),
      read: digestOf(Uint8Array.from(readPng(png).data, (v) => Math.round(255 * v))),
      given: digestOf(Uint8Array.from(sheet.data)),
    },
  };
}
