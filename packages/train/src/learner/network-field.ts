import { type Points, points, requireFinite, type VectorField } from "@fluxion/core";
import type { Resident } from "../engine/index.js";
import { divergence } from "./divergence.js";
import { type Label, labelRows } from "./label-rows.js";
import { type RowChunk, readChunk, rowChunks, writeChunk } from "./row-chunks.js";
import type { NetworkPrograms } from "./velocity-programs.js";

/** A network with its parameters as a vector field on points: float64 outside, float32 inside the engine. */
export interface NetworkField extends VectorField<Points, Promise<Points>> {
  /** D. */
  readonly dim: number;
  /** v_θ(t, x) at one time for the whole batch, [B, D]. @throws RangeError where the network overflows. */
  evaluate(t: number, x: Points, out: Points): Promise<Points>;
  /** v_θ(t_b, x_b) with a time for each point, t [B]. */
  evaluateAt(t: Float64Array, x: Points, out: Points): Promise<Points>;
  /** The Jacobian-vector product ∇_x v_θ(t, x)·dx, exact up to float32 rounding, [B, D]. */
  jvp(t: number, x: Points, dx: Points, out: Points): Promise<Points>;
  /** ∇·v_θ(t, x), [B]: the sum of D Jacobian-vector products for each point, without random probes. */
  divergence(t: number, x: Points): Promise<Float64Array>;
  /** The same field for synchronous solvers. @throws TypeError on evaluation when the engine is asynchronous. */
  readonly blocking: VectorField;
}

/** The field of a network under labels; the parameters live in an engine. */
export function labelledField(programs: NetworkPrograms, theta: Resident, label: Label): NetworkField {
  const { network } = programs;
  const { dim } = network;
  /** Runs and their inputs. */
  const runsOf = function* (t: Float64Array, x: Points) {
    const labels = labelRows(network, label, x.size);
    for (const chunk of rowChunks(x.size, network)) {
      yield { chunk, inputs: { t: readChunk(chunk, t, 1), x: readChunk(chunk, x.data, dim), ...labels(chunk) } };
    }
  };
  const finish = (out: Points, what: string): Points => {
    requireFinite(out, `the network's ${what}`);
    return out;
  };

  const evaluateAt: NetworkField["evaluateAt"] = async (t, x, out) => {
    requireShapes(dim, t.length, { x, out });
    for (const { chunk, inputs } of runsOf(t, x)) {
      writeChunk(chunk, (await programs.velocity(chunk.rows).run({ theta }, inputs)).velocity, out);
    }
    return finish(out, "velocity");
  };

  const jvp: NetworkField["jvp"] = async (t, x, dx, out) => {
    requireShapes(dim, x.size, { x, dx, out });
    const tangent = (chunk: RowChunk): Float32Array => readChunk(chunk, dx.data, dim);
    for (const { chunk, inputs } of runsOf(constant(t, x.size), x)) {
      const given = { ...inputs, dx: tangent(chunk) };
      writeChunk(chunk, (await programs.derivative(chunk.rows).run({ theta }, given)).derivative, out);
    }
    return finish(out, "Jacobian-vector product");
  };

  const blocking: VectorField = {
    evaluate(t, x, out) {
      requireShapes(dim, x.size, { x, out });
      for (const { chunk, inputs } of runsOf(constant(t, x.size), x)) {
        writeChunk(chunk, programs.velocity(chunk.rows).runSync({ theta }, inputs).velocity, out);
      }
      return finish(out, "velocity");
    },
  };

  return {
    dim,
    evaluate: (t, x, out) => evaluateAt(constant(t, x.size), x, out),
    evaluateAt,
    jvp,
    async divergence(t, x) {
      requireShapes(dim, x.size, { x });
      const out = await divergence({ programs, theta, labels: labelRows(network, label, x.size) }, t, x);
      finish(points(out, 1), "divergence");
      return out;
    },
    blocking,
  };
}

const constant = (value: number, length: number): Float64Array => new Float64Array(length).fill(value);

/** Throws unless every batch is [size, dim]. */
function requireShapes(dim: number, size: number, batches: Readonly<Record<string, Points>>): void {
  for (const [name, x] of Object.entries(batches)) {
    if (x.dim === dim && x.size === size) continue;
    throw new RangeError(`Cannot evaluate the network: ${name} is [${x.size}, ${x.dim}]; expected [${size}, ${dim}]`);
  }
}
