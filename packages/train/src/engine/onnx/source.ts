import type { View } from "./views.js";

/** The state or input that a view reads, by the name that the computation gave it. */
export function sourceOf({ variable }: View): { readonly role: "state" | "input"; readonly name: string } {
  const { role, name } = variable.operation;
  return { role, name: name.slice(role.length + 1) };
}
