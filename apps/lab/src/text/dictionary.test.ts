import { toySetNames } from "@fluxion/core";
import { expect, it } from "vitest";
import { chinese } from "./chinese.js";
import { languages, nameOfData, textOf } from "./dictionary.js";
import { english, type Key } from "./english.js";

const keys = Object.keys(english) as Key[];
const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

it.each(keys)("says %s in both languages with the same holes", (key) => {
  expect(english[key]).not.toBe("");
  expect(chinese[key]).not.toBe("");
  expect(holes(chinese[key])).toEqual(holes(english[key]));
});

it("has only the other language's name in the other script", () => {
  for (const key of keys.filter((name) => name !== "otherLanguage")) {
    expect(english[key]).not.toMatch(/\p{Script=Han}|[，。；：（）]/u);
    expect(chinese[key]).not.toMatch(/[a-z]{3,} [a-z]{4,}/);
  }
});

it.each(languages)("names every toy set in %s", (lang) => {
  const names = toySetNames.map((name) => nameOfData(lang, name));
  expect(new Set(names).size).toBe(toySetNames.length);
  if (lang === "zh") for (const name of names) expect(name).toMatch(/\p{Script=Han}/u);
});

it("fills the holes of a text, and leaves those that have no value", () => {
  expect(textOf("en", "status", { x: "(1, 2)", t: "0.5", ess: "3" })).toBe("x = (1, 2), t = 0.5: 3 data points have a say");
  expect(textOf("en", "top.caption")).toContain("{count}");
});
