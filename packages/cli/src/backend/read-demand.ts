import type { Demand } from "@fluxion/core";
import { badInput } from "../errors.js";

/** How a demand is written: "exact", "certified:1e-6", "statistical:1024". */
export const DEMAND_FORMS = "exact, certified:<epsilon> or statistical:<references>";

/** The demand that a text means. @throws CliError for another text. */
export function readDemand(text: string): Demand {
  const refuse = (is: string, expected: string): never => {
    throw badInput(`Cannot read --promise: ${is}; expected ${expected}`);
  };
  const [kind, amount, ...more] = text.split(":");
  if (more.length > 0) return refuse(`it is "${text}"`, DEMAND_FORMS);
  const value = amount === undefined || amount.trim() === "" ? Number.NaN : Number(amount);
  switch (kind) {
    case "exact":
      return amount === undefined ? { kind } : refuse(`"exact" takes no number, and there is "${amount}"`, "exact");
    case "certified":
      if (value > 0 && value < Infinity) return { kind, epsilon: value };
      return refuse(`the error is "${amount ?? ""}"`, "a number above 0, relative to the radius of the data, as certified:1e-6");
    case "statistical":
      if (Number.isSafeInteger(value) && value >= 2) return { kind, references: value };
      return refuse(`the number of references is "${amount ?? ""}"`, "a whole number of at least 2, as statistical:1024");
    default:
      return refuse(`it is "${text}"`, DEMAND_FORMS);
  }
}

/** A demand as the command line writes it. */
export function demandText(demand: Demand): string {
  switch (demand.kind) {
    case "exact":
      return "exact";
    case "certified":
      return `certified:${demand.epsilon}`;
    case "statistical":
      return `statistical:${demand.references}`;
  }
}
