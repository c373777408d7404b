import { expect, it } from "vitest";
import { joined } from "./joined.js";

it("puts parts one after another, and nothing for none", () => {
  expect(joined([Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)])).toEqual(Uint8Array.of(1, 2, 3));
  expect(joined([])).toEqual(new Uint8Array());
});
