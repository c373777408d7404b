import { couplingNamed, schedulerNamed, schedulerNames } from "@fluxion/core";
import * as z from "zod";
import { optimizerSchema, timeSchema, weightingSchema } from "./objective-schema.js";
import type { Spec } from "./spec.js";
import { strict, whole } from "./strict.js";

const positive = z.number().positive();
const notNegative = z.number().min(0);

/** A folder takes the name, so it must not lead elsewhere. */
const name = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u, "a text of letters, digits, _, - and . that begins with a letter or digit");

const path = z.string().refine(
  (text) => {
    try {
      schedulerNamed(text);
      return true;
    } catch {
      return false;
    }
  },
  `one of ${schedulerNames.join(", ")}, with its numbers as in polynomial:3`,
);

/** `data: digits` is short for `data: { from: digits }`. */
const data = z.preprocess(
  (value) => (typeof value === "string" ? { from: value } : value),
  strict({
    from: z.string().min(1),
    scale: strict({
      factor: z
        .number()
        .refine((v) => v !== 0, "a number that is not 0")
        .default(1),
      offset: z.number().default(0),
    }).optional(),
    labels: z.union([z.string().min(1), whole(0)]).optional(),
    array: z.string().min(1).optional(),
    header: z.boolean().optional(),
    bandwidth: notNegative.default(0),
    weights: z.string().min(1).optional(),
    image: strict({ width: whole(1), height: whole(1) }).optional(),
  }),
);

const time = z
  .discriminatedUnion("kind", [
    strict({ kind: z.literal("raw") }),
    strict({ kind: z.literal("fourier"), count: whole(1).default(8) }),
    strict({ kind: z.literal("sinusoidal"), count: whole(1).default(16), maxFrequency: z.number().min(1).lt(1e6).default(100) }),
  ])
  .prefault({ kind: "fourier" });

/** `base: gaussian` is short for `base: { kind: gaussian }`. */
const base = z.preprocess(
  (value) => (typeof value === "string" ? { kind: value } : value),
  z
    .discriminatedUnion("kind", [
      strict({ kind: z.literal("none") }),
      strict({ kind: z.literal("gaussian"), width: positive.default(0.05) }),
    ])
    .prefault({ kind: "none" }),
);

/** Keys of every network; a last convolution starts at zero, a last layer does not. */
const anyNetwork = (outputScale: number) => ({
  time,
  classes: whole(0).default(0),
  outputScale: notNegative.default(outputScale),
  base,
});

const perceptron = {
  width: whole(1).default(256),
  depth: whole(1).default(3),
  activation: z.enum(["silu", "gelu", "relu", "selu", "tanh"]).default("silu"),
};

/** A network without a kind is a multilayer perceptron. */
const network = z.preprocess(
  (value) => (typeof value === "object" && value !== null && !("kind" in value) ? { kind: "mlp", ...value } : value),
  z
    .discriminatedUnion(
      "kind",
      [
        strict({ kind: z.literal("mlp"), ...perceptron, residual: z.boolean().default(false), ...anyNetwork(1) }),
        strict({ kind: z.literal("residual-mlp"), ...perceptron, ...anyNetwork(1) }),
        strict({
          kind: z.literal("unet"),
          channels: whole(1).default(32),
          multipliers: z.array(whole(1)).min(1).default([1, 2, 2]),
          blocks: whole(1).default(1),
          heads: whole(0).default(1),
          groups: whole(1).default(8),
          ...anyNetwork(0),
        }),
      ],
      { error: "one of mlp, residual-mlp, unet" },
    )
    .prefault({ kind: "mlp" }),
);

const productOf = (numbers: readonly number[]): number => numbers.reduce((product, n) => product * n, 1);

const target = z.union(
  [z.enum(["conditional", "exact"]), strict({ efm: whole(1) }), strict({ grid: z.tuple([whole(1), whole(1), whole(1)]) })],
  {
    error: "conditional, exact, { efm: M } with M points of the data, or { grid: [J, B, T] }",
  },
);

/** Couplings that read nothing but the two ends, along any path. */
const couplings: readonly string[] = ["independent", "ot", "sinkhorn", "unbalanced", "partial"];

const coupling = z.string().refine(
  (text) => {
    try {
      couplingNamed(text);
      return couplings.includes(text.split(":", 1).join());
    } catch {
      return false;
    }
  },
  `one of ${couplings.join(", ")}, with its numbers as in sinkhorn:0.05, unbalanced:0.05,1 or partial:0.9`,
);

/** Several defaults follow the number of steps, so that a short training is a training too. */
const train = strict({
  engine: z.enum(["auto", "onnx", "jax"]).default("auto"),
  threads: whole(1).optional(),
  steps: whole(1).default(2000),
  batch: whole(1).default(256),
  learningRate: positive.default(1e-3),
  warmup: whole(0).optional(),
  schedule: z.enum(["constant", "cosine"]).default("cosine"),
  weightDecay: notNegative.default(0),
  clip: positive.default(1),
  target: target.optional(),
  time: timeSchema,
  weighting: weightingSchema,
  optimizer: optimizerSchema,
  tensorboard: z.boolean().optional(),
  labelDropout: z.number().min(0).max(1).default(0.1),
  coupling: coupling.optional(),
  ema: z.number().min(0).lt(1).default(0.999),
  evaluateEvery: whole(1).optional(),
  checkpointEvery: whole(1).optional(),
  keepLast: whole(1).optional(),
  evaluationBatch: whole(2).default(512),
})
  .prefault({})
  .refine(({ target, batch }) => typeof target !== "object" || !("grid" in target) || productOf(target.grid) === batch, {
    path: ["batch"],
    error: "J·B·T of train.target.grid",
  })
  .refine(({ target = "conditional", coupling = "independent" }) => target === "conditional" || coupling === "independent", {
    path: ["coupling"],
    error: "independent where train.target is not conditional: exact targets are those of independent pairs",
  })
  .transform(({ steps, batch, learningRate, warmup, evaluateEvery, checkpointEvery, ...given }) => ({
    steps,
    batch,
    learningRate,
    warmup: warmup ?? Math.min(100, Math.floor(steps / 20)),
    ...given,
    evaluateEvery: evaluateEvery ?? Math.ceil(steps / 20),
    checkpointEvery: checkpointEvery ?? Math.ceil(steps / 4),
  }));

const sample = strict({
  count: whole(2).default(256),
  solver: z.enum(["euler", "midpoint", "heun", "rk4", "dopri5"]).default("dopri5"),
  rtol: positive.default(1e-5),
  atol: positive.default(1e-5),
  steps: whole(1).default(50),
  seed: whole(0).default(1),
}).prefault({});

/** Everything that a run is made of; unknown keys are refused, missing ones take the defaults that a resolved spec shows. */
export const specSchema: z.ZodType<Spec> = strict({
  name: name.default("run"),
  seed: whole(0).default(0),
  data,
  path: path.default("condOt"),
  verify: strict({
    probes: whole(1).default(4),
    trajectories: whole(8).default(64),
    floorDraws: whole(100).default(2000),
  }).prefault({}),
  floor: strict({ samples: whole(2).default(256) }).prefault({}),
  network,
  train,
  sample,
  report: strict({ language: z.enum(["en", "zh"]).default("en") }).prefault({}),
});
