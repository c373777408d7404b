import {
  atomPath,
  atoms,
  conditionalTimeDerivative,
  conditionalVelocity,
  condOt,
  fork,
  pointsOf,
  type Quantity,
  rngOf,
  row,
  toySets,
  weightedMean,
  zeros,
} from "@fluxion/core";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { sharedChromium } from "./chromium.js";
import { type LabServer, serveLab } from "./lab-server.js";

const contextFor = sharedChromium();
let lab: LabServer;
beforeAll(async () => {
  lab = await serveLab();
});
afterAll(() => lab?.close());

/** Opens the lab, hands it on, and expects that nothing was complained of and nothing asked for but the site itself. */
async function open(
  test: TestContext,
  hash: string,
  use: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await contextFor(test, { locale: "en-US", ...options });
  const complaints: string[] = [];
  const requests: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  context.on("response", (response) => response.ok() || complaints.push(`${response.status()} ${response.url()}`));
  context.on("console", (message) => complaints.push(message.text()));
  context.on("weberror", (error) => complaints.push(String(error.error())));
  try {
    const page = await context.newPage();
    await page.goto(lab.address + hash);
    await page.waitForSelector("aside td");
    await use(page);
    expect(complaints).toEqual([]);
    for (const url of requests) expect(url.startsWith("data:") || url.startsWith(lab.address), url).toBe(true);
  } finally {
    await context.close();
  }
}

/** What the page was asked for: everything in its address. */
interface Asked {
  readonly data: string;
  readonly view: string;
  readonly x: readonly [number, number];
  readonly t: number;
  readonly seed: number;
}

async function asked(page: Page): Promise<Asked> {
  const at = new URLSearchParams(new URL(page.url()).hash.slice(1));
  const [x, y] = (at.get("x") ?? "").split(",").map(Number);
  return {
    data: at.get("data") ?? "",
    view: at.get("view") ?? "",
    x: [x ?? Number.NaN, y ?? Number.NaN],
    t: Number(at.get("t")),
    seed: Number(at.get("seed")),
  };
}

/** What core answers for the same data, seed, x and t. */
function expected({ data, seed, x, t }: Asked) {
  const set = atoms(toySets[data]?.(fork(rngOf(seed), "data"), 200) ?? zeros(0, 2));
  const { field } = atomPath(condOt(), set);
  const here = pointsOf([x]);
  const names: readonly Quantity[] = ["velocity", "denoiser", "logDensity", "entropy", "ess", "score", "divergence"];
  const { values, top } = field.quantities(t, here, names, { top: 8 });
  const of = (name: Quantity): number[] => [...(values[name] ?? [])];
  const at = field.scheduler.at(t);
  const rates = conditionalTimeDerivative(at, pointsOf(Array.from({ length: 200 }, () => x)), set.points);
  const density = Math.exp(of("logDensity")[0] ?? Number.NaN);
  const dot = of("velocity").reduce((sum, u, d) => sum + u * (of("score")[d] ?? 0), 0);
  return {
    "number-density": [density],
    "number-entropy": of("entropy"),
    "number-ess": of("ess"),
    "number-mean": of("denoiser"),
    "number-marginal": of("velocity"),
    "number-unweighted": [...conditionalVelocity(at, here, pointsOf([[...weightedMean(set.points)]])).data],
    "number-change": [density * field.posterior.weights(here, at).reduce((sum, w, i) => sum + w * (rates[i] ?? 0), 0)],
    "number-inflow": [-density * ((of("divergence")[0] ?? 0) + dot)],
    top: Array.from(top.indices, (index, k) => [...row(set.points, index), top.weights[k] ?? 0]),
  };
}

const rounded = (values: readonly number[]): number[] => values.map((v) => Number(v.toPrecision(4)));
const read = (text: string): number[] => text.replace(/[()]/g, "").split(",").map(Number);

/** Waits until the page has drawn its state: changes are drawn in the next frame. */
const settled = (page: Page): Promise<unknown> =>
  page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");

/** Every number on the page that core can be asked for, compared; answers how many there were. */
async function compare(page: Page): Promise<number> {
  await settled(page);
  const { top, ...numbers } = expected(await asked(page));
  let compared = 0;
  for (const [id, values] of Object.entries(numbers)) {
    const cell = await page.$(`#${id}`);
    if (cell === null) continue;
    // Four digits as both print them; the engines may differ in the last bit of an exponential, far below those.
    expect(read((await cell.textContent()) ?? ""), id).toEqual(rounded(values).map((v) => expect.closeTo(v, 10)));
    compared++;
  }
  const rows = await page.$$eval("#top tbody tr", (found) =>
    found.map((tr) => `${tr.querySelector("th")?.textContent},${tr.querySelector(".weight")?.textContent}`),
  );
  if (rows.length > 0) expect(rows.map(read)).toEqual(top.map(rounded));
  return compared + rows.length;
}

/** How many colours each picture has, by a glance at every seventh pixel. */
const colours = (page: Page): Promise<number[]> =>
  page.$$eval("canvas", (canvases) =>
    canvases.map((canvas) => {
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      const seen = new Set<number>();
      for (let k = 0; k < data.length; k += 28) seen.add(((data[k] ?? 0) << 16) | ((data[k + 1] ?? 0) << 8) | (data[k + 2] ?? 0));
      return seen.size;
    }),
  );

const views = { path: [2, 2], posterior: [1, 11], velocity: [1, 3], balance: [4, 2], particles: [1, 1] } as const;

describe("the lab as it is built, below a path", () => {
  it.for(Object.entries(views))(
    "shows core's numbers in the view %s, at once and after a click",
    async ([view, [panels, numbers]], test) => {
      await open(test, `#data=spirals&view=${view}&x=-1.25,0.5&t=0.35&seed=7`, async (page) => {
        expect(await asked(page)).toEqual({ data: "spirals", view, x: [-1.25, 0.5], t: 0.35, seed: 7 });
        expect(await compare(page)).toBe(numbers);
        const pictures = await colours(page);
        expect(pictures.length).toBe(panels);
        for (const seen of pictures) expect(seen).toBeGreaterThan(20);
        const before = await page.textContent("aside tbody");
        await page
          .locator("canvas")
          .first()
          .click({ position: { x: 200, y: 60 } });
        await page.waitForFunction(`document.querySelector("aside tbody").textContent !== ${JSON.stringify(before)}`);
        const { x } = await asked(page);
        expect(x).not.toEqual([-1.25, 0.5]);
        expect(await compare(page)).toBe(numbers);
      });
    },
  );

  it("is driven by the keyboard, and its address opens the same page again", async (test) => {
    await open(test, "", async (page) => {
      await page.focus("#view-posterior");
      await page.keyboard.press("Enter");
      await page.focus("#t");
      for (let k = 0; k < 7; k++) await page.keyboard.press("ArrowRight");
      await page.selectOption("#data", "pinwheel");
      await page.fill("#seed", "12");
      await page.focus("canvas");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("Shift+ArrowUp");
      await page.waitForFunction(`document.querySelector("output").textContent === "0.67"`);
      const there = await asked(page);
      expect(there).toMatchObject({ data: "pinwheel", view: "posterior", t: 0.67, seed: 12 });
      expect(there.x[0]).toBeLessThan(-1.2);
      expect(there.x[1]).toBeGreaterThan(-0.5);
      expect(await compare(page)).toBe(11);
      const shown = await page.textContent("aside");
      const address = page.url();
      await page.goto("about:blank");
      await page.goto(address);
      await page.waitForSelector("#top");
      expect(await page.textContent("aside")).toBe(shown);
      expect(page.url()).toBe(address);
    });
  });

  it("lets the time run to the end of the slider, and follows an address typed over", async (test) => {
    await open(test, "#view=particles&t=0.9", async (page) => {
      await page.click("#play");
      await page.waitForFunction(`document.querySelector("output").textContent === "0.99"`);
      expect(await page.textContent("#play")).toBe("Play");
      await page.evaluate(`location.hash = "#data=circles&view=balance&x=1,1&t=0.2&seed=3"`);
      await page.waitForSelector("#number-inflow");
      expect(await compare(page)).toBe(2);
      const value = async (id: string): Promise<number> => Math.abs(Number(await page.textContent(id)));
      const scale = await value("#number-scale");
      expect(await value("#number-worst")).toBeLessThan(1e-10 * scale); // rounding
      expect(await value("#number-wrong")).toBeGreaterThan(0.001 * scale); // no rounding
    });
  });

  it.for(["en-US", "zh-CN"])("speaks the language of a browser set to %s, and the other one when asked", async (locale, test) => {
    await open(
      test,
      "",
      async (page) => {
        const first = locale === "zh-CN" ? "zh-CN" : "en";
        for (const lang of [first, first === "en" ? "zh-CN" : "en"]) {
          await page.waitForSelector(`html[lang=${lang}]`);
          for (const view of Object.keys(views)) {
            await page.click(`#view-${view}`);
            await page.waitForSelector(`#view-${view}[aria-pressed=true]`);
            const text = await page.innerText("main");
            const labels = await page.$$eval("[aria-label]", (found) => found.map((el) => el.getAttribute("aria-label")));
            const own = [text, ...labels].join("\n").replace(/中文|English/g, "");
            if (lang === "en") expect(own).not.toMatch(/\p{Script=Han}/u);
            else expect(own).not.toMatch(/[a-z]{3,} [a-z]{4,}/);
            expect(own).not.toMatch(/undefined|NaN|\{\w+\}/);
          }
          await page.click("#language");
        }
      },
      { locale },
    );
  });

  it.for([
    [360, "light"],
    [360, "dark"],
    [1440, "light"],
    [1440, "dark"],
  ] as const)("fits a window of %i pixels in the %s theme, every control with a name", async ([width, colorScheme], test) => {
    await open(
      test,
      "#view=balance",
      async (page) => {
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        const nameless = await page.$$eval("button, input, select, canvas", (found) =>
          found.filter((el) => !(el.getAttribute("aria-label") ?? el.closest("label")?.textContent ?? el.textContent)?.trim()),
        );
        expect(nameless).toEqual([]);
        const pageColour = await page.evaluate("getComputedStyle(document.body).backgroundColor");
        expect(pageColour).toBe(colorScheme === "dark" ? "rgb(17, 20, 24)" : "rgb(255, 255, 255)");
      },
      { colorScheme, viewport: { width, height: 800 } },
    );
  });
});
