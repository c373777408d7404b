/** The optional dependency that computes. A variable, so that nothing resolves it before it is asked for. */
const PACKAGE = "onnxruntime-node";

/** Where Node says how many threads the machine runs at once; a variable for the same reason. */
const SYSTEM = "node:os";

/** Numbers that kernels read and write in place. */
export type KernelArray = Float32Array | Float64Array;

/** An array with its shape. */
export interface KernelTensor {
  readonly data: KernelArray;
  readonly shape: readonly number[];
}

/** A compiled graph. */
export interface Kernel {
  /** Computes the wanted outputs from the inputs, into arrays that the caller owns. */
  run(inputs: Readonly<Record<string, KernelTensor>>, outputs: Readonly<Record<string, KernelTensor>>): Promise<void>;
  /** Frees the graph and its threads. */
  release(): Promise<void>;
}

/** Compiles graphs. */
export interface KernelRuntime {
  /** @throws Error when the bytes are no model that the runtime knows. */
  compile(model: Uint8Array, threads: number): Promise<Kernel>;
}

/** The part of onnxruntime-node that this folder uses. */
interface Module {
  readonly Tensor: new (type: "float32" | "float64", data: KernelArray, shape: readonly number[]) => object;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{
      run(feeds: Readonly<Record<string, object>>, fetches: Readonly<Record<string, object>>): Promise<unknown>;
      release(): Promise<void>;
    }>;
  };
}

/**
 * ONNX Runtime for Node.
 * @throws Error when onnxruntime-node is not installed, with the command that installs it.
 */
export async function loadRuntime(load: () => Promise<unknown> = () => import(PACKAGE)): Promise<KernelRuntime> {
  let loaded: unknown;
  try {
    loaded = await load();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause);
    throw new Error(
      `Cannot open the native backend: "${PACKAGE}" does not load (${reason}); expected it installed: ONNXRUNTIME_NODE_INSTALL=skip npm install ${PACKAGE}`,
      { cause },
    );
  }
  const { InferenceSession, Tensor } = loaded as Module;
  const tensors = (named: Readonly<Record<string, KernelTensor>>): Record<string, object> =>
    Object.fromEntries(
      Object.entries(named).map(([name, { data, shape }]) => [
        name,
        new Tensor(data instanceof Float32Array ? "float32" : "float64", data, shape),
      ]),
    );
  return {
    async compile(model, threads) {
      const session = await InferenceSession.create(model, sessionOptions(threads));
      return {
        async run(inputs, outputs) {
          await session.run(tensors(inputs), tensors(outputs));
        },
        release: () => session.release(),
      };
    },
  };
}

/** How many threads the machine runs at once. */
export async function machineThreads(): Promise<number> {
  const system = (await import(SYSTEM)) as { readonly availableParallelism: () => number };
  return system.availableParallelism();
}

/**
 * Threads that wait for work sleep: spinning ones take the cores from the other graphs and from everybody else. The option
 * that flushes denormals is left alone: it would also change the arithmetic of the JavaScript thread that opens the session,
 * for good, and the graphs meet no denormals.
 */
function sessionOptions(threads: number): object {
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
}
