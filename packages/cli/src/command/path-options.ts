import type { OptionDefinition } from "./command.js";
import { wholeNumber } from "./read-option.js";

/** `--path`, the scheduler of the Gaussian path. */
export const pathOption: OptionDefinition = {
  flags: "--path <scheduler>",
  help: "condOt, cosine, vp, linearVp, squareRoot, polynomial:3",
  fallback: "condOt",
};

/** `--path` of commands that know data on the sphere. */
export const manifoldPathOption: OptionDefinition = { ...pathOption, help: `${pathOption.help}; geodesic for earthquakes` };

/** `--samples`, how many pairs the floor is averaged over. */
export const samplesOption: OptionDefinition = {
  flags: "--samples <number>",
  help: "pairs (z, ε) that the floor is averaged over",
  read: wholeNumber("--samples", 2),
  fallback: 256,
};
