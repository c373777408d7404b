import type { Condition, Network } from "@fluxion/train";
import type { DataSet } from "../data/index.js";
import { badInput } from "../errors.js";
import { nearest } from "../spec/index.js";
import type { OptionDefinition } from "./command.js";
import { numberWhere } from "./read-option.js";

/** Options that condition the network of a run. */
export interface ClassOptions {
  readonly class?: string;
  readonly guidance?: number;
}

/** `--class` and `--guidance`. */
export const classOptions: readonly OptionDefinition[] = [
  { flags: "--class <name>", help: "points of one class, from a network that was trained with network.classes" },
  {
    flags: "--guidance <w>",
    help: "of --class: v_∅ + w·(v_class − v_∅), 1 for the class itself (1)",
    read: numberWhere("--guidance", Number.isFinite, "a number"),
  },
];

/** Refuses the options where no network draws the points. @throws CliError, exit code 2. */
export function requireNoClass(options: ClassOptions): void {
  if (options.class === undefined && options.guidance === undefined) return;
  throw badInput("Cannot use --class and --guidance: exact fields are of all classes together; expected a run directory alone");
}

/** What the options condition a network on. @throws CliError, exit code 2, when the network or the data have no such class. */
export function conditionOf(options: ClassOptions, network: Network, { labels }: Pick<DataSet, "labels">): Condition {
  const { class: name, guidance } = options;
  if (name === undefined) {
    if (guidance === undefined) return {};
    throw badInput("Cannot use --guidance: it strengthens a class; expected --class as well");
  }
  if (network.classes === 0) {
    throw badInput(
      `Cannot draw points of class "${name}": the network has no classes; expected one trained with network.classes`,
    );
  }
  const names = labels?.names ?? [];
  const label = names.indexOf(name);
  if (label < 0) {
    const near = nearest(name, names);
    const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
    throw badInput(`Cannot draw points of class "${name}": there is none${hint}; expected one of ${names.join(", ")}`);
  }
  return { label, ...(guidance === undefined ? {} : { guidance }) };
}
