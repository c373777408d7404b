import type { SpawnWorker, WorkerAnswer, WorkerHandle } from "./spawn-worker.js";
import { WorkerLostError } from "./worker-lost-error.js";

/** Workers that are sent one message each and waited for together. */
export interface Crew {
  /** Workers alive. */
  readonly size: () => number;
  /**
   * Sends worker k of those alive `message(k)` and waits until each has answered or died; `lost` is told at once when one
   * dies. @throws WorkerLostError when one died; Error when one failed.
   */
  readonly ask: (message: (k: number) => unknown, lost: () => void) => Promise<void>;
  readonly dismiss: () => Promise<void>;
}

/** One worker and the question it is working on. */
interface Member {
  handle?: WorkerHandle;
  alive: boolean;
  why: string;
  settle?: (answer: WorkerAnswer | undefined) => void;
}

/** Starts `count` workers. */
export async function crewOf(count: number, spawn: SpawnWorker): Promise<Crew> {
  const members = await Promise.all(Array.from({ length: count }, () => memberOf(spawn)));
  const alive = (): Member[] => members.filter((member) => member.alive);
  return {
    size: () => alive().length,
    async ask(message, lost) {
      const asked = alive();
      if (asked.length === 0) throw new WorkerLostError(members.at(-1)?.why ?? "none was started", 0);
      const answers = await Promise.all(asked.map((member, k) => question(member, message(k), lost)));
      const dead = asked.find((_, k) => answers[k] === undefined);
      if (dead !== undefined) throw new WorkerLostError(dead.why, alive().length);
      for (const answer of answers) {
        if (answer?.done === false)
          throw new Error(`Cannot finish the computation: ${answer.message}; expected the kernel to return`);
      }
    },
    async dismiss() {
      await Promise.all(members.map(({ handle }) => handle?.terminate()));
    },
  };
}

async function memberOf(spawn: SpawnWorker): Promise<Member> {
  const member: Member = { alive: true, why: "" };
  member.handle = await spawn({
    answered: (answer) => member.settle?.(answer),
    died: (why) => {
      if (member.alive) member.why = why;
      member.alive = false;
      member.settle?.(undefined);
    },
  });
  member.handle.hold(false);
  return member;
}

/** The answer to one message, undefined when the worker died. */
async function question(member: Member, message: unknown, lost: () => void): Promise<WorkerAnswer | undefined> {
  const { handle } = member;
  if (handle === undefined) return undefined;
  handle.hold(true);
  const answer = await new Promise<WorkerAnswer | undefined>((resolve) => {
    member.settle = (said) => {
      if (said === undefined) lost();
      resolve(said);
    };
    handle.post(message);
  });
  delete member.settle;
  if (answer !== undefined) handle.hold(false);
  return answer;
}
