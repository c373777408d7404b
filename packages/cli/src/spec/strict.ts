import * as z from "zod";
import { nearest } from "./nearest.js";

/** An object whose unknown keys are refused with the nearest known one. */
export function strict<S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return undefined;
      const [key = ""] = issue.keys;
      const near = nearest(key, known);
      return near === undefined ? `one of ${known.join(", ")}` : `"${near}", or another of ${known.join(", ")}`;
    },
  });
}

/** A whole number from `least`. */
export function whole(least: number): z.ZodNumber {
  return z.number().int().min(least);
}
