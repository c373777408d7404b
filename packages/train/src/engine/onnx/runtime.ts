/** The optional dependency that computes. A variable, so that nothing resolves it before it is asked for. */
const PACKAGE = "onnxruntime-node";

/** An array that the runtime reads or writes in place. */
export interface RuntimeTensor {
  readonly data: Float32Array;
}

/** A compiled graph. */
export interface Session {
  run(feeds: Readonly<Record<string, RuntimeTensor>>, fetches: Readonly<Record<string, RuntimeTensor>>): Promise<unknown>;
  release(): Promise<void>;
}

/** The part of onnxruntime-node that training uses. */
export interface Runtime {
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => RuntimeTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
}

/**
 * ONNX Runtime for Node.
 * @throws RangeError where onnxruntime-node does not load, with the command that installs it.
 */
export async function loadRuntime(load: () => Promise<unknown> = () => import(PACKAGE)): Promise<Runtime> {
  try {
    return (await load()) as Runtime;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause);
    throw new RangeError(
      `Cannot start the engine: "${PACKAGE}" does not load (${reason}); expected it installed: ONNXRUNTIME_NODE_INSTALL=skip npm install ${PACKAGE}`,
      { cause },
    );
  }
}

/**
 * Threads that wait for work sleep: spinning ones take the cores from the rest of the step and from everybody else.
 * Denormals are left alone: the option that flushes them would change the arithmetic of the JavaScript thread for good.
 */
export function sessionOptions(threads: number): object {
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableMemPattern: true,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
}
