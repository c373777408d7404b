import { describe, expect, it, vi } from "vitest";

/**
 * Counts the bytes that typed arrays and buffers ask for by length, in this package and in the libraries it calls.
 * Hoisted, so that modules which keep a constructor at import keep the counting one.
 */
const claimed = vi.hoisted(() => {
  const claim = { bytes: 0 };
  const kinds = [
    "ArrayBuffer",
    "Uint8Array",
    "Int8Array",
    "Uint16Array",
    "Int16Array",
    "Uint32Array",
    "Int32Array",
    "Float32Array",
    "Float64Array",
    "BigInt64Array",
  ];
  for (const kind of kinds) {
    const original = Reflect.get(globalThis, kind) as { new (length: number): object; BYTES_PER_ELEMENT?: number };
    const counting = new Proxy(original, {
      construct(target, args: [number], newTarget) {
        if (typeof args[0] === "number") {
          claim.bytes += args[0] * (target.BYTES_PER_ELEMENT ?? 1);
          if (claim.bytes > 2 ** 30) throw new Error(`claimed ${claim.bytes} bytes`);
        }
        return Reflect.construct(target, args, newTarget) as object;
      },
    });
    Reflect.set(globalThis, kind, counting);
  }
  return claim;
});

import { ndArray } from "./array/index.js";
import { crc32, gunzip, gzip } from "./bytes/index.js";
import { readCsv } from "./csv/index.js";
import { readIdx } from "./idx/index.js";
import { readNpy, readNpz, writeNpy, writeNpz } from "./npy/index.js";
import { readPng, writePng } from "./png/index.js";
import { readSafetensors, writeSafetensors } from "./safetensors/index.js";
import { readArrays, readTable } from "./table/index.js";

const text = (content: string): Uint8Array => new Uint8Array(Buffer.from(content));

/** Mends the check sums of the chunks of a PNG file, so that changes reach the decoder behind them. */
function mendPng(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes);
  const view = new DataView(out.buffer);
  for (let at = 8; at + 12 <= out.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > out.length) break;
    view.setUint32(at + 8 + length, crc32(out.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  return out;
}

const matrix = ndArray("float64", [3, 2], Float64Array.of(1, 2, 3, 4, 5, 6));
const flags = ndArray("bool", [4], Uint8Array.of(0, 1, 1, 0));
const fortran = writeNpy(ndArray("int16", [2, 3], Int16Array.of(1, 2, 3, 4, 5, 6)));
fortran.set(text("True, "), Buffer.from(fortran).indexOf("False,"));
const csv = text('"x, 1",y,kind\n1,2e-3,cat\n\n-3.5,4,"a ""dog"""\n# end\n');
const png = writePng({ width: 5, height: 3, channels: 3, data: Uint8Array.from({ length: 45 }, (_, i) => (i * 37) & 255) });
const palette = new Uint8Array(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAgMAAAAmWC1rAAAADFBMVEUAAAD/AAAA/wAKFB5v9JOxAAAABHRSTlMAgP//7IBv5QAAABFJREFUeJxjkGZgCbzC4ioCAAaIAaKr5rdbAAAAAElFTkSuQmCC",
    "base64",
  ),
);

/** Every reader, with a sound file to damage. */
const READERS: readonly (readonly [string, Uint8Array, (bytes: Uint8Array) => unknown])[] = [
  ["npy", writeNpy(matrix), readNpy],
  ["npy in Fortran order", fortran, readNpy],
  ["npz stored", writeNpz({ matrix, flags }), readNpz],
  ["npz deflated", writeNpz({ matrix, flags }, { compress: true }), readNpz],
  ["csv", csv, (bytes) => readCsv(bytes, { labelColumn: "kind" })],
  ["csv of spaces", text(" 1  2\n 3  4\n"), readCsv],
  ["csv gzipped", gzip(csv), (bytes) => readCsv(bytes, { labelColumn: "last" })],
  ["gzip", gzip(text("flow ".repeat(30))), gunzip],
  ["png", png, readPng],
  ["png with mended check sums", png, (bytes) => readPng(mendPng(bytes))],
  ["png of a palette with mended check sums", palette, (bytes) => readPng(mendPng(bytes))],
  ["safetensors", writeSafetensors({ matrix, flags }, { note: "x" }), readSafetensors],
  ["idx", Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6), readIdx],
  ["table of npy", writeNpy(matrix), (bytes) => readTable("a.npy", bytes)],
  ["table of csv", csv, (bytes) => readTable("a.csv", bytes, { labelColumn: 2 })],
  ["arrays of safetensors", writeSafetensors({ matrix }), (bytes) => readArrays("a.safetensors", bytes)],
];

/** Marsaglia's xorshift32: integers below `bound`, the same in every run. */
function generator(seed: number): (bound: number) => number {
  let x = seed;
  return (bound) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % bound;
  };
}

const EXTREME = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x2c, 0x0a, 0x7b];

/** One small damage: a bit, a byte, an extreme byte, a huge 32-bit number, a byte more or less, a part twice, an end cut off. */
function damage(bytes: Uint8Array, random: (bound: number) => number): Uint8Array {
  const out = new Uint8Array(bytes);
  const at = random(Math.max(1, out.length));
  const kind = random(8);
  if (kind === 0) out[at] = (out[at] ?? 0) ^ (1 << random(8));
  else if (kind === 1) out[at] = random(256);
  else if (kind === 2) out[at] = EXTREME[random(EXTREME.length)] ?? 0;
  else if (kind === 3) out.set([random(256), random(256), random(256), random(256)].slice(0, out.length - at), at);
  else if (kind === 4) return Uint8Array.from([...out.subarray(0, at), random(256), ...out.subarray(at)]);
  else if (kind === 5) return Uint8Array.from([...out.subarray(0, at), ...out.subarray(at + 1)]);
  else if (kind === 6) return Uint8Array.from([...out.subarray(0, at), ...out.subarray(random(at + 1))]);
  else return out.slice(0, at);
  return out;
}

/** Whether the file was read; anything thrown must say that the bytes or their numbers are wrong. */
function survives(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): boolean {
  const copy = new Uint8Array(bytes);
  claimed.bytes = 0;
  let error: unknown;
  try {
    read(bytes);
  } catch (thrown) {
    error = thrown;
  }
  // The greatest honest need: DEFLATE's 1032 bytes a byte, as 1-bit pixels that become float64 (64 times), in a few copies.
  if (claimed.bytes > 2 ** 20 + 200 * 1032 * bytes.length) throw new Error(`${bytes.length} bytes claimed ${claimed.bytes}`);
  if (Buffer.compare(bytes, copy) !== 0) throw new Error("the reader changed its input");
  if (error === undefined) return true;
  if (
    !(error instanceof Error) ||
    !["SyntaxError", "RangeError", "TypeError"].includes(error.name) ||
    !/^Cannot /.test(error.message)
  )
    throw error;
  return false;
}

describe("every reader", () => {
  it("is watched: the counter sees what a reader and a library claim", () => {
    claimed.bytes = 0;
    gunzip(gzip(new Uint8Array(5000)));
    expect(claimed.bytes).toBeGreaterThanOrEqual(10_000);
  });

  it.each(READERS)(
    "parses or refuses damaged %s in a sentence, changes no input and claims no memory for promises",
    (_, sound, read) => {
      expect(survives(read, sound)).toBe(true);
      const random = generator(20_240_601);
      let refused = 0;
      for (let round = 0; round < 500; round++) {
        let bytes = sound;
        for (let times = 1 + random(3); times > 0; times--) bytes = damage(bytes, random);
        if (!survives(read, bytes)) refused++;
      }
      expect(refused).toBeGreaterThan(50);
    },
  );

  it.each(READERS)("parses or refuses %s cut at every byte", (_, sound, read) => {
    for (let end = 0; end < sound.length; end++) survives(read, sound.subarray(0, end));
  });

  it.each(READERS)("parses or refuses %s with every byte set to each extreme", (_, sound, read) => {
    for (let at = 0; at < sound.length; at++) {
      for (const byte of [0, 0x7f, 0xff]) {
        const bytes = new Uint8Array(sound);
        bytes[at] = byte;
        survives(read, bytes);
      }
    }
  });
});
