import type { Node } from "../graph/index.js";
import { instruction as wasm } from "./instructions.js";
import type { Code, WasmFunction } from "./wasm-module.js";

type LocalType = WasmFunction["locals"][number];

/** A function under construction. */
export interface Emission {
  readonly locals: LocalType[];
  newLocal(type: LocalType): number;
  /** Appends instructions. */
  add(code: Code): void;
  /** Appends the computation of a value and keeps it in a new local, whose index is returned. */
  keep(type: LocalType, code: Code): number;
  /** The same for the single number of a node; code that pushes it. */
  scalar(node: Node, code: Code): Code;
  /** The local of the number of a node, if it was computed. */
  local(node: Node): number | undefined;
  /** Code that is not yet appended, with the locals that it sets. */
  block(): { readonly code: number[]; readonly known: Map<Node, number> };
  code(): Code;
}

/** An empty function of so many parameters. */
export function emission(parameters: number): Emission {
  const locals: LocalType[] = [];
  const code: number[] = [];
  const scalars = new Map<Node, number>();
  const newLocal = (type: LocalType): number => parameters + locals.push(type) - 1;
  const keep: Emission["keep"] = (type, value) => {
    const local = newLocal(type);
    code.push(...value, ...wasm.set(local));
    return local;
  };
  return {
    locals,
    newLocal,
    add: (more) => {
      code.push(...more);
    },
    keep,
    scalar(node, value) {
      const local = keep("f32", value);
      scalars.set(node, local);
      return wasm.get(local);
    },
    local: (node) => scalars.get(node),
    block: () => ({ code: [], known: new Map() }),
    code: () => code,
  };
}
