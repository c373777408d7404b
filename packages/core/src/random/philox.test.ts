import { expect, test } from "vitest";
import { philox4x32 } from "./philox.js";

const hex = (words: ArrayLike<number>): string => Array.from(words, (w) => w.toString(16).padStart(8, "0")).join(" ");

test.each([
  ["zeros", [0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ones", [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["pi", [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], "d16cfe09 94fdcceb 5001e420 24126ea1"],
] as const)("philox4x32-10 gives the published words for counter and key of %s", (_, [c0, c1, c2, c3], [k0, k1], words) => {
  const out = new Uint32Array(4);
  philox4x32(c0, c1, c2, c3, k0, k1, out);
  expect(hex(out)).toBe(words);
});

test("philox4x32-10 equals the same rounds done in BigInt arithmetic on arbitrary counters", () => {
  const mask = 0xffffffffn;
  const reference = (counter: bigint[], key: bigint[]): bigint[] => {
    let [a, b, c, d] = counter;
    let [k0, k1] = key;
    for (let round = 0; round < 10; round++) {
      const p0 = 0xd2511f53n * a;
      const p1 = 0xcd9e8d57n * c;
      [a, b, c, d] = [(p1 >> 32n) ^ b ^ k0, p1 & mask, (p0 >> 32n) ^ d ^ k1, p0 & mask];
      k0 = (k0 + 0x9e3779b9n) & mask;
      k1 = (k1 + 0xbb67ae85n) & mask;
    }
    return [a, b, c, d];
  };
  const out = new Uint32Array(4);
  let state = [1n, 2n, 3n, 4n];
  for (let i = 0; i < 500; i++) {
    const key = [(BigInt(i) * 0x01234567n) & mask, BigInt(i * i)];
    const next = reference(state, key);
    const [c0, c1, c2, c3, k0, k1] = [...state, ...key].map(Number);
    philox4x32(c0, c1, c2, c3, k0, k1, out);
    expect(Array.from(out, BigInt)).toEqual(next);
    state = next;
  }
});
