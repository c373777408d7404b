import type { OptimizerRuleSpec, TimeSamplerSpec, WeightingSpec } from "@fluxion/train";
import * as z from "zod";
import { strict } from "./strict.js";

const positive = z.number().positive();
const share = z.number().min(0).max(1).optional();
const decay = z.number().min(0).lt(1).optional();

/** `kind: text` for the text alone. */
const named =
  (key: string) =>
  (value: unknown): unknown =>
    typeof value === "string" ? { [key]: value } : value;

const drawn = { draw: z.enum(["independent", "stratified", "antithetic"]).optional(), importance: z.boolean().optional() };

/** `time: logit-normal` is short for `time: { law: logit-normal }`, and no law for the uniform one. */
export const timeSchema: z.ZodOptional<z.ZodType<TimeSamplerSpec>> = z
  .preprocess(
    (value) => {
      const given = named("law")(value);
      return typeof given === "object" && given !== null && !("law" in given) ? { law: "uniform", ...given } : given;
    },
    z.discriminatedUnion(
      "law",
      [
        strict({ law: z.literal("uniform"), ...drawn }),
        strict({
          law: z.literal("logit-normal"),
          mean: z.number().optional(),
          scale: positive.optional(),
          uniformShare: share,
          ...drawn,
        }),
        strict({
          law: z.literal("beta"),
          a: z.number().min(1).max(1000).optional(),
          b: z.number().min(1).max(1000).optional(),
          uniformShare: share,
          ...drawn,
        }),
      ],
      { error: "one of uniform, logit-normal, beta" },
    ),
  )
  .optional();

/** `weighting: snr` is short for `weighting: { kind: snr }`. */
export const weightingSchema: z.ZodOptional<z.ZodType<WeightingSpec>> = z
  .preprocess(
    named("kind"),
    z.discriminatedUnion(
      "kind",
      [
        strict({ kind: z.literal("constant") }),
        strict({ kind: z.literal("snr") }),
        strict({ kind: z.literal("min-snr"), gamma: positive.optional() }),
        strict({
          kind: z.literal("points"),
          points: z.array(z.tuple([z.number().min(0).max(1), z.number().min(0)])).min(2),
        }),
      ],
      { error: "one of constant, snr, min-snr, points" },
    ),
  )
  .optional();

const adamLike = { beta1: decay, beta2: decay, epsilon: positive.optional() };

/** `optimizer: lion` is short for `optimizer: { kind: lion }`. */
export const optimizerSchema: z.ZodOptional<z.ZodType<OptimizerRuleSpec>> = z
  .preprocess(
    named("kind"),
    z.discriminatedUnion(
      "kind",
      [
        strict({ kind: z.literal("adamw"), ...adamLike }),
        strict({ kind: z.literal("adam"), ...adamLike }),
        strict({ kind: z.literal("sgd"), momentum: decay, nesterov: z.boolean().optional() }),
        strict({ kind: z.literal("lion"), beta1: decay, beta2: decay }),
      ],
      { error: "one of adamw, adam, sgd, lion" },
    ),
  )
  .optional();
