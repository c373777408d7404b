import type { VariableRole } from "../graph/index.js";
import type { View } from "./views.js";

/** The variable that a view reads, by the name that the computation gave it; a total by its index. */
export function sourceOf({ variable }: View): { readonly role: VariableRole; readonly name: string } {
  const { role, name } = variable.operation;
  return { role, name: name.slice(role.length + 1) };
}
