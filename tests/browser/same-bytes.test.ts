import { describe, expect, it } from "vitest";
import { inNodeAndChromium } from "./run-in-both.js";
import * as files from "./scenario/files.js";
import * as randomStreams from "./scenario/random-streams.js";

const run = inNodeAndChromium();

describe("the same bytes in Node and in Chromium", () => {
  it("are drawn from every random stream of a seed", async (test) => {
    const { node, browser } = await run(test, "random-streams", randomStreams);
    expect(browser).toEqual(node);
  });

  it("are written as npy, npz, safetensors, csv and png, and read back as the values that were given", async (test) => {
    const { node, browser } = await run(test, "files", files);
    expect(browser).toEqual(node);
    for (const [format, { read, given }] of Object.entries(browser)) expect(read, format).toBe(given);
  });
});
