import type { CommandDefinition } from "./command.js";
import { dataCommand } from "./data.js";
import { doctorCommand } from "./doctor.js";
import { evalCommand } from "./eval.js";
import { exportCommand } from "./export.js";
import { fieldCommand } from "./field.js";
import { floorCommand } from "./floor.js";
import { importCommand } from "./import.js";
import { influenceCommand } from "./influence.js";
import { likelihoodCommand } from "./likelihood.js";
import { runCommand } from "./run.js";
import { sampleCommand } from "./sample.js";
import { storeCommand } from "./store.js";
import { trainCommand } from "./train.js";
import { verifyCommand } from "./verify.js";

/** All subcommands, in the order of the help. */
export const commands: readonly CommandDefinition[] = [
  runCommand,
  dataCommand,
  storeCommand,
  fieldCommand,
  verifyCommand,
  floorCommand,
  trainCommand,
  sampleCommand,
  influenceCommand,
  likelihoodCommand,
  evalCommand,
  exportCommand,
  importCommand,
  doctorCommand,
];
