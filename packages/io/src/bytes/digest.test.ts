import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digest } from "./digest.js";

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "ascii"));

describe("digest", () => {
  it("gives the published digests of FIPS 180-4 examples", () => {
    expect(digest(ascii(""))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(digest(ascii("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(digest(ascii("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))).toBe(
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
    expect(digest(ascii("a".repeat(1_000_000)))).toBe("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  });

  it("agrees with Node's SHA-256 on every length around the block and padding boundaries", () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
      expect(digest(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });

  it("depends on the bytes of a view only, not on where it lies", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(70), (bytes, shift) => {
        const shifted = new Uint8Array(bytes.length + shift).fill(7);
        shifted.set(bytes, shift);
        expect(digest(shifted.subarray(shift))).toBe(createHash("sha256").update(bytes).digest("hex"));
      }),
      { seed: 3, numRuns: 50 },
    );
  });
});
