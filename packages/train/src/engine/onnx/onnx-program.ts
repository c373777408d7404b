import type { Computation, Program, Resident } from "../engine.js";
import { trace } from "../graph/index.js";
import { type Named, type Shape, sizeOf } from "../tensor.js";
import type { OnnxContext, Run } from "./context.js";
import { modelRunner } from "./model-runner.js";
import { planOf } from "./plan.js";
import type { Cell } from "./residents.js";
import { tailRunner } from "./tail-runner.js";

/** Compiles a computation: traced now, loaded by the runtime at the first run. */
export function onnxProgram<S extends string, I extends string, O extends string>(
  context: OnnxContext,
  computation: Computation<S, I, O>,
): Program<S, I, O> {
  const { name } = computation;
  const plan = planOf(trace(computation));
  const model = modelRunner(context, plan);
  const tail = plan.tail && tailRunner(context, plan.tail);

  const run: Program<S, I, O>["run"] = async (state, inputs) => {
    requireInputs(name, computation.inputs, inputs);
    requireStates(name, computation.state, state);
    return context.exclusive(async () => {
      const names = Object.keys(computation.state) as S[];
      const cells = new Map<string, Cell>(names.map((key) => [key, context.residents.place(state[key])]));
      tail?.place();
      model.place();
      const outputs = Object.fromEntries([...plan.outputs].map(([key, length]) => [key, new Float32Array(length)]));
      const current: Run = { cells, inputs, outputs };
      await model.run(current, tail);
      const kept = tail?.run(current) ?? new Set();
      for (const key of plan.next) {
        const cell = cells.get(key);
        if (cell && !kept.has(key)) [cell.current, cell.other] = [cell.other, cell.current];
      }
      return outputs as Named<O, Float32Array<ArrayBuffer>>;
    });
  };

  return {
    run,
    runSync() {
      throw new TypeError(`Cannot run the ${name} program: its engine is asynchronous; expected a call of "run"`);
    },
    dispose() {
      void context.exclusive(async () => {
        tail?.dispose();
        await model.dispose();
      });
    },
  };
}

function requireInputs(program: string, shapes: Readonly<Record<string, Shape>>, inputs: Readonly<Record<string, Float32Array>>) {
  for (const [key, shape] of Object.entries(shapes)) {
    const given = inputs[key]?.length;
    if (given === sizeOf(shape)) continue;
    throw new RangeError(
      `Cannot fill input "${key}" of the ${program} program: it receives ${given ?? "no"} numbers; expected ${sizeOf(shape)} for shape [${shape.join(", ")}]`,
    );
  }
}

function requireStates(program: string, shapes: Readonly<Record<string, Shape>>, state: Readonly<Record<string, Resident>>) {
  for (const [key, shape] of Object.entries(shapes)) {
    const given = state[key]?.shape ?? [];
    if (state[key] && sizeOf(given) === sizeOf(shape)) continue;
    throw new RangeError(
      `Cannot run the ${program} program: state "${key}" has shape [${given.join(", ")}]; expected [${shape.join(", ")}]`,
    );
  }
}
