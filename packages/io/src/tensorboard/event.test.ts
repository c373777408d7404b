import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "../bytes/index.js";
import { eventFileHeader, eventRecord } from "./event.js";
import { maskedCrc } from "./tf-record.js";

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** CRC-32C bit by bit from its definition as a remainder of polynomials, without reflection of the whole or tables. */
function slowCrc(bytes: Uint8Array): number {
  let rest = 0xffffffffn;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const top = (rest >> 31n) ^ BigInt((byte >> bit) & 1);
      rest = ((rest << 1n) & 0xffffffffn) ^ (top === 1n ? 0x1edc6f41n : 0n);
    }
  }
  const reversed = rest.toString(2).padStart(32, "0").split("").reverse().join("");
  return Number(BigInt(`0b${reversed}`) ^ 0xffffffffn);
}

/** A protobuf message as [field, wire type, value] from the specification of the encoding, written apart from the writer. */
function decode(bytes: Uint8Array): [field: number, value: bigint | number | Uint8Array][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const number = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(view.getUint8(at++));
      value |= (byte & 127n) << shift;
      if (byte < 128n) return value;
    }
  };
  const fields: [number, bigint | number | Uint8Array][] = [];
  while (at < bytes.length) {
    const key = Number(number());
    const [field, type] = [key >> 3, key & 7];
    if (type === 0) fields.push([field, number()]);
    else if (type === 2) {
      const size = Number(number());
      fields.push([field, bytes.subarray(at, at + size)]);
      at += size;
    } else {
      fields.push([field, type === 1 ? view.getFloat64(at, true) : view.getFloat32(at, true)]);
      at += type === 1 ? 8 : 4;
    }
  }
  return fields;
}

/** The payloads of a TFRecord file, with both checksums of each compared with the slow one. */
function records(file: Uint8Array): Uint8Array[] {
  const unmask = (masked: number): number => {
    const rotated = (masked - 0xa282ead8) >>> 0;
    return ((rotated << 15) | (rotated >>> 17)) >>> 0;
  };
  const view = new DataView(file.buffer);
  const out: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const size = Number(view.getBigUint64(at, true));
    expect(unmask(view.getUint32(at + 8, true))).toBe(slowCrc(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + size);
    expect(unmask(view.getUint32(at + 12 + size, true))).toBe(slowCrc(data));
    out.push(data);
    at += size + 16;
  }
  return out;
}

const text = (value: unknown): string => new TextDecoder().decode(value as Uint8Array);

describe("crc32c", () => {
  it("has the values of RFC 3720, appendix B.4, and of its definition", () => {
    expect(crc32c(ascii("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => crc32c(bytes) === slowCrc(bytes)));
    expect(maskedCrc(new Uint8Array())).toBe(0xa282ead8);
  });
});

describe("an event file", () => {
  it("is read by a decoder that knows the specification alone", () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 31),
        fc.dictionary(fc.string({ minLength: 1 }), fc.float({ noNaN: true }), { maxKeys: 4 }),
        (step, values) => {
          const parts = [eventFileHeader(), eventRecord({ step, wallTime: step, values })];
          const file = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
          file.set(parts[0] ?? []);
          file.set(parts[1] ?? [], parts[0]?.length);
          const [header, event] = records(file).map(decode);
          expect(header?.map(([field]) => field)).toEqual([1, 3]);
          expect(text(header?.[1]?.[1])).toBe("brain.Event:2");
          expect(event?.slice(0, 2)).toEqual([
            [1, step],
            [2, BigInt(step)],
          ]);
          const summary = decode(event?.[2]?.[1] as Uint8Array).map(([field, value]) => {
            expect(field).toBe(1);
            const [tag, number] = decode(value as Uint8Array);
            return [text(tag?.[1]), number?.[1]];
          });
          expect(summary).toEqual(Object.entries(values));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("refuses a step that is none", () => {
    expect(() => eventRecord({ step: -1, wallTime: 0, values: {} })).toThrow("step is -1; expected an integer of at least 0");
  });
});
