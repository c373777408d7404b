import type { Convention } from "@fluxion/core";
import * as z from "zod";
import { badInput } from "../errors.js";
import { canonicalJson } from "../terminal/index.js";

const schema = z.strictObject({
  name: z.string(),
  clock: z.union([
    z.strictObject({ kind: z.literal("linear"), noise: z.number(), data: z.number() }),
    z.strictObject({ kind: z.literal("sigma") }),
  ]),
  state: z.enum(["path", "exploding"]),
  prediction: z.enum(["velocity", "denoiser", "noise", "score"]),
  velocityRate: z.number(),
  dataKey: z.enum(["x0", "x1"]),
});

/** A convention as the metadata of a model state it. */
export function conventionText(convention: Convention): string {
  return canonicalJson(convention);
}

/** The convention that a model file states. @throws CliError naming the file when the text states none. */
export function readConvention(text: string, path: string): Convention {
  let stated: unknown;
  try {
    stated = JSON.parse(text);
  } catch (cause) {
    throw badInput(
      `Cannot use "${path}": its convention ${JSON.stringify(text)} is no JSON; expected that of ${EXPECTED}`,
      cause,
    );
  }
  const found = schema.safeParse(stated);
  if (found.success) return orderedClock(found.data);
  throw badInput(`Cannot use "${path}": its convention ${text} states no clock and prediction; expected that of ${EXPECTED}`);
}

const EXPECTED = "a model that fluxion train wrote";

/** Canonical JSON sorts the keys of a clock, which are compared in the order of the library's own. */
function orderedClock(convention: Convention): Convention {
  const { clock } = convention;
  if (clock.kind === "sigma") return convention;
  return { ...convention, clock: { kind: clock.kind, noise: clock.noise, data: clock.data } };
}
