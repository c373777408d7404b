import { describe, expect, it } from "vitest";
import { withoutRuntime } from "../../../../../conformance/engine.js";
import type { Ops } from "../ops.js";
import type { Tensor } from "../tensor.js";
import { FREE_ROWS, freeRowsModel } from "./free-rows-model.js";
import { loadRuntime } from "./runtime.js";

const model = (trace: (ops: Ops, w: Tensor, x: Tensor, t: Tensor) => Tensor, constants?: Readonly<Record<string, number>>) =>
  freeRowsModel({
    computation: {
      name: "test",
      state: { w: [6] },
      inputs: { x: [FREE_ROWS, 2], t: [FREE_ROWS] },
      trace: (ops, state, inputs) => ({
        outputs: { y: trace(ops, state.w as Tensor, inputs.x as Tensor, inputs.t as Tensor) },
      }),
    },
    state: { w: Float32Array.of(1, 2, 3, 4, 5, 6) },
    nameOf: (_, offset) => (offset === 2 ? "weight" : undefined),
    ...(constants === undefined ? {} : { constants }),
  });

/** x·Wᵀ + t with W the entries 2 … 5. */
const affine = (ops: Ops, w: Tensor, x: Tensor, t: Tensor): Tensor =>
  ops.add(ops.linear(x, ops.reshape(ops.slice(w, 2, 6), [2, 2])), ops.reshape(t, [FREE_ROWS, 1]));

describe("freeRowsModel", () => {
  it("runs any number of rows, with a constant in place of an input where asked", async (context) => {
    if (withoutRuntime !== undefined) context.skip(withoutRuntime);
    const { Tensor: OrtTensor, InferenceSession } = await loadRuntime();
    const tensor = (values: readonly number[], shape: readonly number[]) =>
      new OrtTensor("float32", Float32Array.from(values), shape);
    const constant = await InferenceSession.create(model(affine, { t: 10 }), { logSeverityLevel: 3 });
    const free = await InferenceSession.create(model(affine), { logSeverityLevel: 3 });
    for (const rows of [1, 3]) {
      const x = Array.from({ length: 2 * rows }, (_, i) => i);
      const expected = x.flatMap((_, i) => (i % 2 === 0 ? [3 * i + 4 * (i + 1), 5 * i + 6 * (i + 1)] : []));
      const [y, z] = [tensor(new Array(2 * rows).fill(0), [rows, 2]), tensor(new Array(2 * rows).fill(0), [rows, 2])];
      await constant.run({ x: tensor(x, [rows, 2]) }, { y });
      await free.run({ x: tensor(x, [rows, 2]), t: tensor(new Array(rows).fill(-1), [rows]) }, { y: z });
      expect([...y.data]).toEqual(expected.map((v) => v + 10));
      expect([...z.data]).toEqual(expected.map((v) => v - 1));
    }
    await constant.release();
    await free.release();
  });

  it("names initializers, and gives the same bytes", () => {
    const bytes = model(affine);
    expect(new TextDecoder("latin1").decode(bytes)).toContain("weight");
    expect(model(affine)).toEqual(bytes);
  });

  it("refuses what depends on several rows at once", () => {
    expect(() => model((ops, _, x) => ops.matmul(x, ops.transpose(x, [1, 0])))).toThrow(
      /^Cannot export the test: "\w+" of shape \[[\d, ]+\] mixes the rows of a batch or counts them; expected every row by itself$/,
    );
    expect(() => model((ops, _, x) => ops.mul(x, ops.sum(x)))).toThrow(/expected every row by itself/);
  });
});
