// One engine of Fluxion as a process that answers lines of JSON, in the language of bench/peers/train.py.
import { createInterface } from "node:readline";
import { fork, normal, points, rngOf, uniform } from "@fluxion/core";
import { buildNetwork, buildOptimizer, createLearner, jaxEngine, onnxEngine } from "@fluxion/train";

const [name, threads] = [process.argv[2], Number(process.argv[3])];
const engine = name === "jax" ? await jaxEngine() : await onnxEngine({ threads });

/** @type {import("@fluxion/train").Learner | undefined} */
let learner;
/** @type {import("@fluxion/train").TrainingBatch | undefined} */
let batch;

/** @type {Record<string, (command: any) => Promise<Record<string, unknown>>>} */
const commands = {
  about: async () => ({ node: process.versions.node, threads: name === "jax" ? 1 : threads, engine: engine.name }),
  async prepare({ workload: { dim, width, depth, activation, batch: B } }) {
    learner?.dispose();
    const rng = rngOf(1);
    const network = buildNetwork({ kind: "mlp", dim, width, depth, activation, time: { kind: "raw" } });
    learner = createLearner({ engine, network, optimizer: buildOptimizer({ weightDecay: 0.01 }), rng });
    /** @param {string} what */
    const draw = (what) => points(normal(fork(rng, what), new Float64Array(B * dim)), dim);
    batch = { t: uniform(fork(rng, "t"), new Float64Array(B)), xt: draw("xt"), ut: draw("ut") };
    return { variant: engine.name, loss: (await learner.step(batch)).loss };
  },
  async run({ steps }) {
    if (learner === undefined || batch === undefined) throw new Error("run before prepare");
    let loss = Number.NaN;
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    for (let k = 0; k < steps; k++) loss = (await learner.step(batch)).loss;
    const ms = (performance.now() - start) / steps;
    const { user, system } = process.cpuUsage(cpu);
    return { ms, cpu: (user + system) / 1000 / steps, loss };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await commands[command.cmd](command))}\n`);
}
