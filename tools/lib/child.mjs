import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * The signals that ask a program to stop, and are passed on to its child.
 * @type {readonly NodeJS.Signals[]}
 */
const STOP = ["SIGHUP", "SIGINT", "SIGTERM"];
/** The exit codes of a program that was asked to stop: 129, 130, 143. */
export const stopCodes = STOP.map((name) => 128 + constants.signals[name]);

/**
 * Runs a program with the terminal inherited and answers its exit code, 128 + n when signal n ended it (130 for
 * Ctrl-C). A terminal sends Ctrl-C to the whole process group, so the child has it already; from anywhere else
 * (`kill`, a supervisor) the signal reaches only us and is passed on, once.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, stdio?: import("node:child_process").StdioOptions }} [options]
 * @returns {Promise<number>}
 */
export function runAttached(command, args, options = {}) {
  const child = spawn(command, args, { stdio: "inherit", ...options });
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of STOP) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      for (const name of STOP) process.off(name, forward);
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/**
 * Runs a program without a terminal and gathers what it wrote.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number }} [options] `timeout` in milliseconds.
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>} code 124 after a timeout.
 */
export function runCaptured(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], cwd: options.cwd, env: options.env });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, options.timeout ?? 120_000);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : (code ?? 1), stdout, stderr });
    });
  });
}
