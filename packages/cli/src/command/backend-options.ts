import { availableParallelism } from "node:os";
import type { Demand } from "@fluxion/core";
import { BACKENDS, type BackendName, DEMAND_FORMS, readDemand } from "../backend/index.js";
import { badInput } from "../errors.js";
import type { OptionDefinition } from "./command.js";
import { oneOf, wholeNumber } from "./read-option.js";

/** The options that say what is promised and who computes. */
export interface BackendOptions {
  readonly promise: Demand;
  readonly backend: BackendName;
  readonly threads: number;
}

/** `--promise`, `--backend` and `--threads`. */
export const backendOptions: readonly OptionDefinition[] = [
  { flags: "--promise <promise>", help: DEMAND_FORMS, read: readDemand, fallback: { kind: "exact" }, fallbackText: "exact" },
  { flags: "--backend <name>", help: `${BACKENDS.join(", ")}`, read: readBackend, fallback: "auto" },
  {
    flags: "--threads <number>",
    help: "threads of wasm and native",
    read: wholeNumber("--threads", 1),
    fallback: availableParallelism(),
    fallbackText: "all cores",
  },
];

function readBackend(text: string): BackendName {
  if (text === "webgpu") {
    throw badInput(
      'Cannot use the backend "webgpu": it runs in browsers only; expected one of auto, reference, wasm, native, tree',
    );
  }
  return oneOf("--backend", BACKENDS)(text);
}
