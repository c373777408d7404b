import { describe, expect, it } from "vitest";
import type { Engine } from "./engine.js";
import { jaxEngine } from "./jax-engine.js";

/** Remembers every WebAssembly memory that is made after this line, to see it grow. */
interface Memories {
  Memory: new (descriptor: object) => { readonly buffer: ArrayBufferLike };
}
const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: Memories };
const memories: { readonly buffer: ArrayBufferLike }[] = [];
const Original = wasm.Memory;
wasm.Memory = class extends Original {
  constructor(descriptor: object) {
    super(descriptor);
    memories.push(this);
  }
};

const engine = await jaxEngine();

const accumulate = (on: Engine) =>
  on.compile({
    name: "accumulate",
    state: { total: [3], untouched: [2] },
    inputs: { x: [3] },
    trace: (ops, { total, untouched }, { x }) => {
      const next = ops.add(total, x);
      return { next: { total: next }, outputs: { sum: ops.sum(next), kept: untouched } };
    },
  });

describe("jaxEngine", () => {
  it("keeps residents between runs, replaces those that the function updates and leaves the others", async () => {
    const [total, untouched] = [engine.resident(new Float32Array(3), [3]), engine.resident(Float32Array.of(5, 7), [2])];
    const program = accumulate(engine);
    for (let k = 1; k <= 4; k++) {
      const { sum, kept } = await program.run({ total, untouched }, { x: Float32Array.of(k, 0, -1) });
      expect([...sum]).toEqual([(k * (k + 1)) / 2 - k]);
      expect([...kept]).toEqual([5, 7]);
    }
    expect([...(await total.read())]).toEqual([10, 0, -4]);
    total.write(Float32Array.of(1, 1, 1));
    const { sum } = program.runSync({ total, untouched }, { x: new Float32Array(3) });
    expect([...sum]).toEqual([3]);
  });

  it("gives the host copies: writing to them does not change the resident", async () => {
    const values = Float32Array.of(1, 2, 3, 4);
    const cell = engine.resident(values, [2, 2]);
    values.fill(0);
    (await cell.read()).fill(9);
    expect([...(await cell.read())]).toEqual([1, 2, 3, 4]);
  });

  it("runs the same program twice with the same bytes", () => {
    const outputs = [0, 1].map(() => {
      const [total, untouched] = [
        engine.resident(Float32Array.of(0.1, 0.2, 0.3), [3]),
        engine.resident(Float32Array.of(1, 2), [2]),
      ];
      return accumulate(engine).runSync({ total, untouched }, { x: Float32Array.of(0.7, 0.11, 0.13) }).sum;
    });
    expect(outputs[0]).toEqual(outputs[1]);
  });

  it("refuses arrays of another size and says which", () => {
    const untouched = engine.resident(Float32Array.of(5, 7), [2]);
    const program = accumulate(engine);
    expect(() => engine.resident(new Float32Array(3), [2, 2])).toThrow(
      new RangeError("Cannot fill a resident array: it receives 3 numbers; expected 4 for shape [2, 2]"),
    );
    const total = engine.resident(new Float32Array(3), [3]);
    expect(() => program.runSync({ total, untouched }, { x: new Float32Array(2) })).toThrow(
      /Cannot fill input "x" of the accumulate program: it receives 2 numbers; expected 3/,
    );
    expect(() => program.runSync({ total: untouched, untouched }, { x: new Float32Array(3) })).toThrow(
      /Cannot run the accumulate program: state "total" has shape \[2\]; expected \[3\]/,
    );
  });

  it("refuses residents that were disposed", async () => {
    const cell = engine.resident(new Float32Array(2), [2]);
    cell.dispose();
    await expect(cell.read()).rejects.toThrow(/Cannot use a resident array: it was disposed/);
  });

  it("says that WebGPU is not available where it is not", async () => {
    await expect(jaxEngine({ device: "webgpu" })).rejects.toThrow(
      new RangeError('Cannot start the engine: device "webgpu" is not available here; expected "wasm"'),
    );
  });

  it("leaks nothing: the memory of the engine does not grow over 1,500 runs that each touch 5 KiB", () => {
    const program = engine.compile({
      name: "leak",
      state: { s: [256] },
      inputs: { x: [256] },
      trace: (ops, { s }, { x }) => {
        const loss = (at: typeof s) => ops.sum(ops.mul(ops.tanh(at), x));
        const [, gradient] = ops.valueAndGradient(loss, s);
        return { next: { s: ops.sub(s, ops.mul(gradient, 0.1)) }, outputs: { gradient } };
      },
    });
    const s = engine.resident(new Float32Array(256), [256]);
    const x = Float32Array.from({ length: 256 }, (_, i) => i / 256);
    const bytes = (): number => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    for (let k = 0; k < 20; k++) program.runSync({ s }, { x });
    const before = bytes();
    expect(before).toBeGreaterThan(0);
    for (let k = 0; k < 1500; k++) program.runSync({ s }, { x });
    // Every array of the run has 1 KiB, so that forgetting any one of them would take 1.5 MB; memory grows by 64 KiB.
    expect(bytes()).toBe(before);
  });
});
