import { type Points, points, requireFinite, type VectorField } from "@fluxion/core";
import type { Engine, Resident } from "../engine/index.js";
import type { Network } from "../network/index.js";
import { divergence } from "./divergence.js";
import { memo } from "./memo.js";
import { readChunk, rowChunks, writeChunk } from "./row-chunks.js";
import { derivativeProgram, velocityProgram } from "./velocity-programs.js";

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

/** The field of parameters that live in an engine; it follows them while they are trained on. */
export function networkField(engine: Engine, network: Network, theta: Resident): NetworkField {
  const { dim } = network;
  const velocity = memo((rows: number) => engine.compile(velocityProgram(network, rows)));
  const derivative = memo((rows: number) => engine.compile(derivativeProgram(network, rows)));

  const evaluateAt: NetworkField["evaluateAt"] = async (t, x, out) => {
    requireShapes(dim, t.length, { x, out });
    for (const chunk of rowChunks(x.size)) {
      const inputs = { t: readChunk(chunk, t, 1), x: readChunk(chunk, x.data, dim) };
      writeChunk(chunk, (await velocity(chunk.rows).run({ theta }, inputs)).velocity, out);
    }
    requireFinite(out, "the network's velocity");
    return out;
  };

  const jvp: NetworkField["jvp"] = async (t, x, dx, out) => {
    requireShapes(dim, x.size, { x, dx, out });
    const times = constant(t, x.size);
    for (const chunk of rowChunks(x.size)) {
      const inputs = {
        t: readChunk(chunk, times, 1),
        x: readChunk(chunk, x.data, dim),
        dx: readChunk(chunk, dx.data, dim),
      };
      writeChunk(chunk, (await derivative(chunk.rows).run({ theta }, inputs)).derivative, out);
    }
    requireFinite(out, "the network's Jacobian-vector product");
    return out;
  };

  const blocking: VectorField = {
    evaluate(t, x, out) {
      requireShapes(dim, x.size, { x, out });
      const times = constant(t, x.size);
      for (const chunk of rowChunks(x.size)) {
        const inputs = { t: readChunk(chunk, times, 1), x: readChunk(chunk, x.data, dim) };
        writeChunk(chunk, velocity(chunk.rows).runSync({ theta }, inputs).velocity, out);
      }
      requireFinite(out, "the network's velocity");
      return out;
    },
  };

  return {
    dim,
    evaluate: (t, x, out) => evaluateAt(constant(t, x.size), x, out),
    evaluateAt,
    jvp,
    async divergence(t, x) {
      requireShapes(dim, x.size, { x });
      const out = await divergence(derivative, theta, t, x);
      requireFinite(points(out, 1), "the network's divergence");
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
