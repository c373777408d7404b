import { describe, expect, it } from "vitest";
import { graphBuilder } from "./graph-builder.js";
import type { Node } from "./node.js";
import { type RowKind, rowKind } from "./row-kind.js";

const b = graphBuilder();
const x = b.variable("input", "x", [5, 3]);
const w = b.variable("state", "w", [4, 3]);

/** The kind of a node, from those of everything before it. */
function kindOf(node: Node): RowKind {
  return rowKind(node, node.inputs.map(kindOf), 5);
}

describe("rowKind", () => {
  it("tells what goes row by row from what adds rows up or mixes them", () => {
    const product = b.matmul(x, w, { transposeY: true });
    expect([x, w, product, b.add(product, b.variable("state", "c", [4]))].map(kindOf)).toEqual(["rows", "fixed", "rows", "rows"]);
    expect(kindOf(b.sum(x, [0]))).toBe("total");
    expect(kindOf(b.sum(x, [1]))).toBe("rows");
    expect(kindOf(b.matmul(x, x, { transposeX: true }))).toBe("total");
    expect(kindOf(b.matmul(x, x, { transposeY: true }))).toBe("mixed");
    expect(kindOf(b.transpose(x, [1, 0]))).toBe("mixed");
    expect(kindOf(b.reshape(x, [15]))).toBe("mixed");
    expect(kindOf(b.concat([x, b.variable("input", "y", [5, 1])], 1))).toBe("rows");
    expect(kindOf(b.slice(x, 0, [0, 2]))).toBe("mixed");
  });
});
