/**
 * What a worker runs, as text, so that it needs no file of its own: from sources, from a build and from a bundle alike.
 * `port` is where it talks. First comes the module and the memory; then jobs. The calls of a job are taken one by one
 * from a counter in shared memory, so that a slow thread takes fewer of them.
 */
const BODY = `
let kernels, memory;
const start = async (message) => {
  memory = message.memory;
  const made = await WebAssembly.instantiate(message.module, { env: { memory } });
  kernels = made.exports;
};
const work = ({ kernel, calls, counter, workspace }) => {
  const next = new Int32Array(memory.buffer, counter, 1);
  for (let k = Atomics.add(next, 0, 1); k < calls.length; k = Atomics.add(next, 0, 1)) kernels[kernel](workspace, ...calls[k]);
};
const answer = async (message) => {
  try {
    await (message.module ? start : work)(message);
    port.postMessage({ done: true });
  } catch (error) {
    port.postMessage({ done: false, message: String(error && error.message || error) });
  }
};
`;

/** The worker of Node, run with `eval`. */
export const NODE_WORKER: string = `"use strict";
const port = require("node:worker_threads").parentPort;${BODY}port.on("message", answer);
`;

/** The worker of a browser, run from a Blob. */
export const WEB_WORKER: string = `"use strict";
const port = self;${BODY}self.onmessage = (event) => answer(event.data);
`;
