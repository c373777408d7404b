import { describe, expect, it, type TestContext } from "vitest";
import { type NdArray, ndArray } from "../array/index.js";
import type { Attribute } from "./attribute.js";
import type { OnnxDtype, OnnxTensor } from "./element-type.js";
import type { OnnxGraph, Value } from "./graph.js";
import { writeOnnx } from "./write-onnx.js";

/** What these tests use of onnxruntime-node: a reader of ONNX that is not ours. */
interface Runtime {
  readonly Tensor: new (
    type: string,
    data: unknown,
    shape: readonly number[],
  ) => { readonly data: ArrayLike<number | bigint>; readonly dims: readonly number[] };
  readonly InferenceSession: {
    create(model: Uint8Array): Promise<{
      readonly inputNames: readonly string[];
      readonly inputMetadata: readonly unknown[];
      run(
        feeds: Record<string, unknown>,
      ): Promise<Record<string, { readonly data: ArrayLike<number | bigint>; readonly dims: readonly number[] }>>;
      release(): Promise<void>;
    }>;
  };
}

async function runtime(ctx: TestContext): Promise<Runtime> {
  const name = "onnxruntime-node";
  try {
    return (await import(name)) as Runtime;
  } catch {
    return ctx.skip("onnxruntime-node is not installed, and nothing else here reads ONNX: npm install onnxruntime-node");
  }
}

/** Loads the model in ONNX Runtime and runs it. */
async function run(
  ctx: TestContext,
  model: Uint8Array,
  feeds: Readonly<Record<string, NdArray>> = {},
): Promise<Record<string, { shape: readonly number[]; data: (number | bigint)[] }>> {
  const { InferenceSession, Tensor } = await runtime(ctx);
  const session = await InferenceSession.create(model);
  const fed = Object.fromEntries(Object.entries(feeds).map(([name, a]) => [name, new Tensor(a.dtype, a.data, a.shape)]));
  const results = await session.run(fed);
  const read = Object.fromEntries(
    Object.entries(results).map(([name, { data, dims }]) => [name, { shape: [...dims], data: Array.from(data) }]),
  );
  await session.release();
  return read;
}

const float32 = (shape: readonly number[], values: readonly number[]): NdArray =>
  ndArray("float32", shape, Float32Array.from(values));

describe("writeOnnx", () => {
  it("writes a graph that ONNX Runtime computes, with names for lengths that only the call knows", async (ctx) => {
    const model = writeOnnx((graph) => {
      const x = graph.input("x", "float32", ["B", 2]);
      const w = graph.constant(float32([2, 3], [1, 2, 3, 4, 5, 6]));
      const b = graph.constant(float32([3], [10, 20, 30]), "b");
      const y = graph.op("Gemm", [x, w, b], { as: ["y"], attributes: { alpha: { float: 0.5 }, transB: { int: 0 } } });
      graph.output(y, "float32", ["B", 3]);
    });
    for (const B of [1, 3]) {
      const x = Array.from({ length: 2 * B }, (_, at) => at - 1);
      const { y } = await run(ctx, model, { x: float32([B, 2], x) });
      const expected = Array.from({ length: 3 * B }, (_, at) => {
        const [row, column] = [Math.floor(at / 3), at % 3];
        return 0.5 * ((x[2 * row] ?? 0) * (column + 1) + (x[2 * row + 1] ?? 0) * (column + 4)) + 10 * (column + 1);
      });
      expect(y).toEqual({ shape: [B, 3], data: expected }); // small integers and halves: exact in float32
    }
  });

  it("stores constants of every dtype bit by bit", async (ctx) => {
    const tensors: Record<string, OnnxTensor> = {
      float64: ndArray("float64", [2], Float64Array.of(-0.1, 1e300)),
      float32: float32([1, 2], [0.1, -3e38]),
      int64: ndArray("int64", [2], BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n)),
      int32: ndArray("int32", [1], Int32Array.of(-(2 ** 31))),
      int16: ndArray("int16", [1, 1], Int16Array.of(-32768)),
      int8: ndArray("int8", [3], Int8Array.of(-128, 0, 127)),
      uint32: ndArray("uint32", [], Uint32Array.of(2 ** 32 - 1)),
      uint16: ndArray("uint16", [1], Uint16Array.of(65535)),
      uint8: ndArray("uint8", [0, 4], new Uint8Array(0)),
      bool: ndArray("bool", [2], Uint8Array.of(0, 1)),
    };
    for (const [name, tensor] of Object.entries(tensors)) {
      const model = writeOnnx((graph) =>
        graph.output(graph.op("Identity", [graph.constant(tensor)], { as: ["y"] }), tensor.dtype, tensor.shape),
      );
      const { y } = await run(ctx, model);
      expect([name, y]).toEqual([name, { shape: tensor.shape, data: Array.from<number | bigint>(tensor.data) }]);
    }
  });

  it("stores float16 as patterns", async (ctx) => {
    const half: OnnxTensor = { dtype: "float16", shape: [4], data: Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff) };
    const model = writeOnnx((graph) => {
      graph.output(graph.op("Cast", [graph.constant(half)], { as: ["y"], attributes: { to: { int: 1 } } }), "float32", [4]);
    });
    expect((await run(ctx, model)).y?.data).toEqual([1, -2, 2 ** -24, 65504]);
  });

  it("passes attributes of every kind", async (ctx) => {
    const outputs: [Value, OnnxDtype, number[]][] = [];
    const build = (graph: OnnxGraph): void => {
      const constant = (attributes: Readonly<Record<string, Attribute>>): Value => graph.op("Constant", [], { attributes });
      const three = constant({ value: { tensor: float32([2], [3, 4]) } });
      const words = constant({ value_strings: { texts: ["流", "b"] } });
      const keys = { keys_strings: { texts: ["a", "流"] }, values_int64s: { ints: [1, 2] }, default_int64: { int: 9 } };
      outputs.push(
        [constant({ value_float: { float: -0.25 } }), "float32", []],
        [constant({ value_floats: { floats: [1.5, -Infinity] } }), "float32", [2]],
        [constant({ value_int: { int: -7 } }), "int64", []],
        [constant({ value_ints: { ints: [2 ** 40, -(2n ** 63n)] } }), "int64", [2]],
        [three, "float32", [2]],
        [graph.op("LabelEncoder", [words], { domain: "ai.onnx.ml", attributes: keys }), "int64", [2]],
        [graph.op("Einsum", [three, three], { attributes: { equation: { text: "i,i->" } } }), "float32", []],
      );
      for (const output of outputs) graph.output(...output);
    };
    const model = writeOnnx(build, { domains: { "ai.onnx.ml": 2 } });
    const results = await run(ctx, model);
    const values = outputs.map(([value]) => results[value.name]?.data);
    expect(values).toEqual([[-0.25], [1.5, -Infinity], [-7n], [2n ** 40n, -(2n ** 63n)], [3, 4], [2n, 9n], [25]]);
  });

  it("leaves out optional inputs, gives several results, and uses operators of com.microsoft", async (ctx) => {
    const model = writeOnnx((graph) => {
      const x = graph.input("x", "float32", [4]);
      const clipped = graph.op("Clip", [x, undefined, graph.constant(float32([], [2]))], { as: ["clipped"] });
      const k = graph.constant(ndArray("int64", [1], BigInt64Array.of(2n)));
      const [values, indices] = graph.ops("TopK", [x, k], 2, { as: ["values", "indices"] });
      graph.output(clipped, "float32", [4]);
      if (values && indices) {
        graph.output(values, "float32", [2]);
        graph.output(indices, "int64", [2]);
      }
      const a = graph.constant(float32([1, 2], [1, 2]));
      const product = graph.op("FusedMatMul", [a, a], {
        domain: "com.microsoft",
        as: ["aaT"],
        attributes: { transB: { int: 1 } },
      });
      graph.output(product, "float32", [1, 1]);
    });
    const results = await run(ctx, model, { x: float32([4], [-5, 1, 7, 3]) });
    expect(results.clipped?.data).toEqual([-5, 1, 2, 2]);
    expect(results.values?.data).toEqual([7, 3]);
    expect(results.indices?.data).toEqual([2n, 3n]);
    expect(results.aaT).toEqual({ shape: [1, 1], data: [5] });
  });

  it("nests graphs that use values of the outer one", async (ctx) => {
    const model = writeOnnx((graph) => {
      const x = graph.input("x", "float32", ["n"]);
      const condition = graph.input("positive", "bool", []);
      const branch = (type: string): ReturnType<OnnxGraph["inner"]> =>
        graph.inner((inner) => inner.output(inner.op(type, [x]), "float32", ["n"]));
      const attributes = { then_branch: branch("Abs"), else_branch: branch("Neg") };
      graph.output(graph.op("If", [condition], { attributes, as: ["y"] }), "float32", ["n"]);
    });
    for (const [positive, expected] of [
      [1, [1, 2]],
      [0, [1, -2]],
    ] as const) {
      const feeds = { x: float32([2], [-1, 2]), positive: ndArray("bool", [], Uint8Array.of(positive)) };
      expect((await run(ctx, model, feeds)).y?.data).toEqual(expected);
    }
  });

  it("writes the same bytes for the same calls, and the fields that the format prescribes", () => {
    const build = (graph: OnnxGraph): void => graph.output(graph.input("x", "float32", ["N"]), "float32", ["N"]);
    const bytes = writeOnnx(build, { metadata: { a: "b" } });
    expect(writeOnnx(build, { metadata: { a: "b" } })).toEqual(bytes);
    const info = [0x0a, 1, 0x78, 0x12, 11, 0x0a, 9, 0x08, 1, 0x12, 5, 0x0a, 3, 0x12, 1, 0x4e];
    const graph = [0x12, 4, ...Buffer.from("main"), 0x5a, info.length, ...info, 0x62, info.length, ...info];
    expect([...bytes]).toEqual([
      ...[0x08, 8, 0x12, 7, ...Buffer.from("fluxion"), 0x3a, graph.length, ...graph],
      ...[0x42, 4, 0x0a, 0, 0x10, 18, 0x72, 6, 0x0a, 1, 0x61, 0x12, 1, 0x62],
    ]);
  });
});

describe("what is wrong with a graph", () => {
  const refuse =
    (build: (graph: OnnxGraph) => void): (() => Uint8Array) =>
    () =>
      writeOnnx(build);
  const tensor = float32([1], [1]);

  it("is named: dtypes, shapes, names, values of other graphs, numbers", () => {
    expect(refuse((g) => g.input("x", "complex64" as never, []))).toThrow("has no output");
    expect(refuse((g) => g.output(g.input("x", "complex64" as never, []), "float32", []))).toThrow(
      'Cannot write ONNX: "x" has dtype "complex64"; expected one of float32',
    );
    expect(refuse((g) => g.constant({ ...tensor, dtype: "float64" } as never))).toThrow(
      "data is a Float32Array; expected a Float64Array",
    );
    expect(refuse((g) => g.constant({ dtype: "float16", shape: [2], data: Uint16Array.of(1) }))).toThrow(
      "has 2 elements, data has 1",
    );
    expect(refuse((g) => g.output(g.input("x", "float32", [-1]), "float32", []))).toThrow(
      '"x" has a dimension -1; expected a whole number',
    );
    expect(refuse((g) => g.output(g.input("x", "float32", [""]), "float32", []))).toThrow("or a name");
    expect(refuse((g) => [g.input("x", "float32", []), g.constant(tensor, "x")])).toThrow('the name "x" is taken');
    expect(refuse((g) => g.constant(tensor, ""))).toThrow('the name "" is empty');
    expect(refuse((g) => g.op("Abs", [{ name: "stranger" }]))).toThrow(
      '"stranger" belongs to another graph; expected a value of "main"',
    );
    for (const int of [0.5, 2 ** 53, 2n ** 63n, Number.NaN]) {
      expect(refuse((g) => g.output(g.op("X", [], { attributes: { a: { int } } }), "float32", []))).toThrow(
        `attribute "a" is ${int}`,
      );
    }
    expect(refuse((g) => g.output(g.op("X", [], { attributes: { a: { float: 1e39 } } }), "float32", []))).toThrow(
      "float32 can hold",
    );
    expect(refuse((g) => g.output(g.op("X", [], { attributes: { a: { real: 1 } as never } }), "float32", []))).toThrow(
      "expected one of float, int",
    );
    expect(refuse((g) => g.output(g.op("X", [tensorOf(g)], { domain: "my.own" }), "float32", []))).toThrow(
      'of the domain "my.own"',
    );
    expect(() => writeOnnx((g) => g.output(tensorOf(g), "float32", [1]), { opset: 12 })).toThrow("the operator set is 12");
  });

  it("includes a value of an inner graph used outside", () => {
    let inside: Value | undefined;
    const build = (graph: OnnxGraph): void => {
      graph.inner((inner) => {
        inside = inner.constant(tensor);
        inner.output(inside, "float32", [1]);
      });
      graph.output(graph.op("Abs", [inside]), "float32", [1]);
    };
    expect(refuse(build)).toThrow("belongs to another graph");
  });

  const tensorOf = (graph: OnnxGraph): Value => graph.constant(tensor);
});
