import { fixedSteps, fork, generate, normal, type Points, points, type Rng, rngOf, uniform } from "@fluxion/core";
import { loadRuntime, type Runtime } from "../engine/index.js";
import { evaluateHost, NULL_LABEL, oneHot } from "../network/index.js";
import type { SamplerSteps, TrainedNetwork } from "./network-model.js";

/** How far an exported model is from the same mathematics in float64. */
export interface ModelCheck {
  /** Points that were compared. */
  readonly points: number;
  /** The largest difference of two coordinates, in units of max(1, the largest coordinate). */
  readonly difference: number;
  /** Whether the difference is at most 10⁻⁵. */
  readonly passed: boolean;
}

/** Options of `checkModel`. */
export interface CheckModelOptions {
  /** What the model is a sampler of; absent: the velocity. */
  readonly sampler?: SamplerSteps;
  /** @defaultValue onnxruntime-node */
  readonly runtime?: Runtime;
}

/** Float32 carries 6·10⁻⁸ a rounding; a network of a thousand units a layer stays below this. */
const TOLERANCE = 1e-5;

/** Points of a comparison: no power of two, so that a fixed batch would show. */
const ROWS = 19;

/**
 * Runs an exported model in ONNX Runtime against the network in float64 on the host, with random times, points and classes.
 * @throws RangeError where onnxruntime-node does not load.
 */
export async function checkModel(
  model: Uint8Array,
  trained: Pick<TrainedNetwork, "network" | "theta">,
  { sampler, runtime }: CheckModelOptions = {},
): Promise<ModelCheck> {
  const { network, theta } = trained;
  const { dim, classes } = network;
  const rng = rngOf(0);
  const x = points(Float64Array.from(normal(fork(rng, "x"), new Float64Array(ROWS * dim)), Math.fround), dim);
  const t = uniform(fork(rng, "t"), new Float64Array(ROWS)).map(Math.fround);
  const label = labels(fork(rng, "y"), classes);
  const given = label && { label };
  const expected =
    sampler === undefined
      ? evaluateHost(network, theta, { t, x, ...given })
      : generate(
          {
            evaluate(time, at, out) {
              const velocity = evaluateHost(network, theta, { t: new Float64Array(ROWS).fill(time), x: at, ...given });
              out.data.set(velocity.data);
              return out;
            },
          },
          x,
          { integrator: fixedSteps(sampler.tableau, sampler.steps) },
        ).y;
  const found = await ran(
    runtime ?? (await loadRuntime()),
    model,
    {
      ...(sampler === undefined ? { t: [t, [ROWS]], x: [x.data, [ROWS, dim]] } : { x0: [x.data, [ROWS, dim]] }),
      ...(label && { y: [oneHot(label, classes), [ROWS, classes]] }),
    },
    { name: sampler === undefined ? "velocity" : "x1", dim },
  );
  return compared(found, expected);
}

function labels(rng: Rng, classes: number): Int32Array | undefined {
  if (classes === 0) return undefined;
  return Int32Array.from(uniform(rng, new Float64Array(ROWS)), (u) => NULL_LABEL + Math.floor(u * (classes + 1)));
}

async function ran(
  { Tensor, InferenceSession }: Runtime,
  model: Uint8Array,
  inputs: Readonly<Record<string, readonly [ArrayLike<number>, readonly number[]]>>,
  { name, dim }: { readonly name: string; readonly dim: number },
): Promise<Float32Array> {
  const session = await InferenceSession.create(model, { executionProviders: ["cpu"], logSeverityLevel: 3 });
  const out = new Tensor("float32", new Float32Array(ROWS * dim), [ROWS, dim]);
  const feeds = Object.entries(inputs).map(
    ([key, [data, shape]]) => [key, new Tensor("float32", Float32Array.from(data), shape)] as const,
  );
  try {
    await session.run(Object.fromEntries(feeds), { [name]: out });
    return out.data;
  } finally {
    await session.release();
  }
}

/** NaN compares as an infinite difference. */
function compared(found: ArrayLike<number>, { data }: Points): ModelCheck {
  const scale = data.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  const worst = data.reduce((most, v, i) => {
    const difference = Math.abs(v - Number(found[i]));
    return Math.max(most, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }, 0);
  return { points: ROWS, difference: worst / scale, passed: worst / scale <= TOLERANCE };
}
