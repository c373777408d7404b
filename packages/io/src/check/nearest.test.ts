import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "./nearest.js";

describe("nearest", () => {
  it("finds what was meant through a slip of the keys, another case or separators", () => {
    const known = ["storageError", "totalWeight", "size"];
    expect(nearest("storage_error", known)).toBe("storageError");
    expect(nearest("totalwieght", known)).toBe("totalWeight");
    expect(nearest("siez", known)).toBe("size");
    expect(nearest("colour", known)).toBeUndefined();
  });

  it("counts one for neighbours that changed places", () => {
    expect([editDistance("ab", "ba"), editDistance("", "abc"), editDistance("kitten", "sitting")]).toEqual([1, 3, 3]);
  });
});
