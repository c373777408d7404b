import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openLog } from "./append-log.js";
import { createDirectory, createFreshDirectory, ensureDirectory, requireWritableTarget } from "./directory.js";
import { fileError, onPath } from "./file-error.js";
import { type FileSystem, nodeFiles, systemCode } from "./file-system.js";
import { readBytes, readText } from "./read-file.js";
import { writeAtomic } from "./write-atomic.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fluxion-files-"));
});

/** An error as the operating system gives it. */
function refusal(code: string): Error {
  return Object.assign(new Error(`${code}: as the system says`), { code });
}

/** A disk with room for `room` more bytes. */
function smallDisk(room: number): FileSystem {
  let left = room;
  return {
    ...nodeFiles,
    write(fd, bytes, offset, length) {
      if (left === 0) throw refusal("ENOSPC");
      const part = Math.min(left, length);
      left -= part;
      return nodeFiles.write(fd, bytes, offset, part);
    },
  };
}

describe("writeAtomic", () => {
  it("writes all bytes also when the system takes a few at a time", () => {
    const slow: FileSystem = {
      ...nodeFiles,
      write: (fd, b, offset, length) => nodeFiles.write(fd, b, offset, Math.min(3, length)),
    };
    writeAtomic(slow, join(folder, "x"), "a text of some length");
    expect(readFileSync(join(folder, "x"), "utf8")).toBe("a text of some length");
    expect(readdirSync(folder)).toEqual(["x"]);
  });

  it.each(["open", "write", "sync", "rename"] as const)("leaves the old file and nothing else when %s fails", (step) => {
    const path = join(folder, "x");
    writeFileSync(path, "old");
    let calls = 0;
    const broken: FileSystem = {
      ...nodeFiles,
      [step]: () => {
        calls++;
        throw refusal("ENOSPC");
      },
    };
    expect(() => writeAtomic(broken, path, "new")).toThrow(
      expect.objectContaining({ message: `Cannot write "${path}": the disk is full; expected free space`, exitCode: 1 }),
    );
    expect(calls).toBeGreaterThan(0);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["x"]);
  });

  it("leaves nothing half-written on a disk that fills up in the middle", () => {
    const path = join(folder, "new");
    expect(() => writeAtomic(smallDisk(100), path, new Uint8Array(1000))).toThrow("the disk is full");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("flushes the file before it takes its name", () => {
    const order: string[] = [];
    const traced: FileSystem = {
      ...nodeFiles,
      sync: (fd) => {
        order.push("sync");
        nodeFiles.sync(fd);
      },
      rename: (from, to) => {
        order.push("rename");
        nodeFiles.rename(from, to);
      },
    };
    writeAtomic(traced, join(folder, "x"), "1");
    expect(order).toEqual(["sync", "rename", "sync"]);
  });

  it("does not mind a file system that cannot flush a folder", () => {
    const files: FileSystem = {
      ...nodeFiles,
      open: (path, flags) => {
        if (flags === "r") throw refusal("EISDIR");
        return nodeFiles.open(path, flags);
      },
    };
    writeAtomic(files, join(folder, "x"), "1");
    expect(readText(nodeFiles, join(folder, "x"))).toBe("1");
  });

  it("says what is wrong with a path, with exit code 2", () => {
    writeFileSync(join(folder, "file"), "");
    const cases: [string, string][] = [
      [join(folder, "absent", "x"), "there is no such file or folder; expected a path that exists"],
      [join(folder, "file", "x"), "a part of the path is a file; expected folders before the last name"],
    ];
    for (const [path, reason] of cases) {
      expect(() => writeAtomic(nodeFiles, path, "1")).toThrow(
        expect.objectContaining({ message: `Cannot write "${path}": ${reason}`, exitCode: 2 }),
      );
    }
  });
});

describe("openLog", () => {
  it("grows by whole lines after the part that is kept", () => {
    const path = join(folder, "log");
    writeFileSync(path, "one\ntwo\nthr");
    const log = openLog(nodeFiles, path, 8);
    log.append("drei");
    expect(log.length()).toBe(13);
    log.sync();
    log.close();
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\ndrei\n");
  });

  it("takes a line back that the disk cannot hold", () => {
    const path = join(folder, "log");
    const log = openLog(smallDisk(6), path, 0);
    log.append("abc");
    expect(() => log.append("defgh")).toThrow(expect.objectContaining({ exitCode: 1 }));
    log.close();
    expect(readFileSync(path, "utf8")).toBe("abc\n");
  });
});

describe("directories", () => {
  it("createDirectory refuses one that exists and says what to do", () => {
    const path = join(folder, "a", "b");
    createDirectory(nodeFiles, path, "a new name");
    expect(statSync(path).isDirectory()).toBe(true);
    expect(() => createDirectory(nodeFiles, path, "a new name, or --fresh")).toThrow(
      expect.objectContaining({
        message: `Cannot create the folder "${path}": it exists already; expected a new name, or --fresh`,
        exitCode: 2,
      }),
    );
  });

  it("createFreshDirectory takes the next free name", () => {
    const path = join(folder, "runs", "digits");
    expect([1, 2, 3].map(() => createFreshDirectory(nodeFiles, path))).toEqual([path, `${path}-2`, `${path}-3`]);
  });

  it("ensureDirectory is content with one that another process made first", () => {
    const raced: FileSystem = {
      ...nodeFiles,
      makeDirectory: (path) => {
        nodeFiles.makeDirectory(path);
        throw refusal("EEXIST");
      },
    };
    ensureDirectory(raced, join(folder, "x", "y"));
    expect(statSync(join(folder, "x", "y")).isDirectory()).toBe(true);
  });

  it("requireWritableTarget finds out before the work what could not be written after it", () => {
    requireWritableTarget(nodeFiles, join(folder, "x.npy"));
    expect(readdirSync(folder)).toEqual([]);
    expect(() => requireWritableTarget(nodeFiles, join(folder, "no", "x.npy"))).toThrow("does not exist; expected one that does");
    expect(() => requireWritableTarget(nodeFiles, folder)).toThrow("it is a folder; expected the name of a file");
    const guarded: FileSystem = {
      ...nodeFiles,
      requireWritable: () => {
        throw refusal("EACCES");
      },
    };
    expect(() => requireWritableTarget(guarded, join(folder, "x"))).toThrow(
      "permission is denied; expected a path that you may use",
    );
  });
});

describe("reading", () => {
  it("names the path that cannot be read", () => {
    const path = join(folder, "absent");
    expect(() => readBytes(nodeFiles, path)).toThrow(
      `Cannot read "${path}": there is no such file or folder; expected a path that exists`,
    );
    expect(() => readBytes(nodeFiles, folder)).toThrow("it is a folder; expected a file");
  });

  it("refuses bytes that are no text", () => {
    writeFileSync(join(folder, "x"), Uint8Array.of(0xff, 0xfe, 0x00));
    expect(() => readText(nodeFiles, join(folder, "x"))).toThrow(SyntaxError);
  });
});

describe("fileError", () => {
  it("explains an unknown code by the code, and leaves other errors alone", () => {
    expect(fileError("read", "p", refusal("EMFILE"))).toMatchObject({
      message: 'Cannot read "p": the system answers EMFILE; expected a path that can be used',
    });
    const other = new Error("x");
    expect(fileError("read", "p", other)).toBe(other);
    expect(systemCode(Object.assign(new Error(), { code: "commander.help" }))).toBeUndefined();
    expect(() => onPath("read", "p", () => nodeFiles.read("/no/such/file"))).toThrow('Cannot read "p"');
  });
});
