import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * A process that answers one line of JSON to every line of JSON.
 * @typedef {{ name: string, ask(command: Record<string, unknown>): Promise<Record<string, any>>, stop(): void }} LineProcess
 */

/**
 * Starts a process that speaks lines of JSON. A process that ends makes every open and later question fail with what it
 * wrote to its standard error.
 * @param {string} name
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 * @returns {LineProcess}
 */
export function lineProcess(name, command, args, env = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  /** @type {{ resolve(value: Record<string, any>): void, reject(error: Error): void }[]} */
  const waiting = [];
  let said = "";
  /** @type {Error | undefined} */
  let ended;
  child.stderr.on("data", (text) => {
    said = (said + text).slice(-4000);
  });
  /** @param {string} why */
  const end = (why) => {
    ended = new Error(`${name} ${why}${said === "" ? "" : `: ${said.trim()}`}`);
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  child.on("error", (error) => end(`could not start (${error.message})`));
  child.on("exit", (code) => end(`ended with code ${code}`));
  child.stdin.on("error", () => undefined); // told by "exit"
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(JSON.parse(line)));
  return {
    name,
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(question)}\n`);
      }),
    stop() {
      child.removeAllListeners("exit");
      child.kill();
    },
  };
}
