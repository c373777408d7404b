import { isNode, nodeModule, surroundings, type WebWorker } from "./platform.js";
import { NODE_WORKER, WEB_WORKER } from "./worker-source.js";

/** What a worker says after each message that it was sent. */
export type WorkerAnswer = { readonly done: true } | { readonly done: false; readonly message: string };

/** Who is told what a worker says, and that it died. */
export interface WorkerListener {
  readonly answered: (answer: WorkerAnswer) => void;
  readonly died: (why: string) => void;
}

/** A worker, wherever it runs. */
export interface WorkerHandle {
  readonly post: (message: unknown) => void;
  readonly terminate: () => Promise<void>;
  /** Whether the program waits for it: only while it has work. */
  readonly hold: (held: boolean) => void;
}

/** Starts a worker that answers every message. */
export type SpawnWorker = (listener: WorkerListener) => Promise<WorkerHandle>;

/** A worker as `node:worker_threads` has it. */
interface NodeWorker {
  postMessage(message: unknown): void;
  terminate(): Promise<number>;
  ref(): void;
  unref(): void;
  on(event: "message", listener: (value: unknown) => void): void;
  on(event: "error", listener: (error: unknown) => void): void;
  on(event: "exit", listener: (code: number) => void): void;
}

/** Starts a worker of Node or of the browser. @throws Error where there are none. */
export const spawnWorker: SpawnWorker = (listener) => (isNode() ? spawnInNode(listener) : spawnInBrowser(listener));

async function spawnInNode({ answered, died }: WorkerListener): Promise<WorkerHandle> {
  const { Worker } = (await nodeModule("node:worker_threads")) as {
    readonly Worker: new (source: string, options: { eval: true; execArgv: readonly string[] }) => NodeWorker;
  };
  const worker = new Worker(NODE_WORKER, { eval: true, execArgv: [] });
  worker.on("message", (answer) => answered(answer as WorkerAnswer));
  worker.on("error", (error) => died(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => died(`it ended with code ${code}`));
  return {
    post: (message) => worker.postMessage(message),
    terminate: async () => {
      await worker.terminate();
    },
    hold: (held) => (held ? worker.ref() : worker.unref()),
  };
}

async function spawnInBrowser({ answered, died }: WorkerListener): Promise<WorkerHandle> {
  const { Worker, Blob, URL } = surroundings;
  if (Worker === undefined || Blob === undefined || URL === undefined)
    throw new Error("Cannot start a worker: there are none here");
  const url = URL.createObjectURL(new Blob([WEB_WORKER], { type: "text/javascript" }));
  const worker: WebWorker = new Worker(url);
  worker.onmessage = ({ data }) => answered(data as WorkerAnswer);
  worker.onerror = ({ message }) => died(message ?? "its script failed");
  return {
    post: (message) => worker.postMessage(message),
    terminate: async () => {
      worker.terminate();
      URL.revokeObjectURL(url);
      died("it was terminated");
    },
    hold: () => {},
  };
}
