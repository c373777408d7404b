import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { gap } from "../../../../tests/support/manifolds.js";
import { pointsOf, row } from "../points/index.js";
import { degreesOfSphere, sphereOfDegrees } from "./degrees.js";
import { sphere } from "./sphere.js";

it("reads degrees back from the sphere, at the poles and the date line too", () => {
  const degrees = pointsOf([
    [0, 0],
    [139.7, 35.7],
    [-180, 12],
    [90, -89.9],
  ]);
  const back = degreesOfSphere(sphereOfDegrees(degrees));
  expect(gap(back.data, degrees.data)).toBeLessThan(1e-10); // near a pole a degree of longitude is 0.002 of one of latitude
  expect([...degreesOfSphere(pointsOf([[0, 0, 1]])).data]).toEqual([0, 90]);
});

it("puts cities at their great-circle distances", () => {
  const x = sphereOfDegrees(
    pointsOf([
      [-149.9, 61.2],
      [139.7, 35.7],
    ]),
  );
  // The haversine formula on the same degrees.
  const [a, b, c] = [35.7, 61.2, 139.7 + 149.9].map((v) => (v * Math.PI) / 180);
  const haversine = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(c / 2) ** 2;
  expect(sphere(2).distance(row(x, 0), row(x, 1))).toBeCloseTo(2 * Math.asin(Math.sqrt(haversine)), 14);
});

it("refuses latitudes beyond the poles, and other columns", () => {
  expect(() => sphereOfDegrees(pointsOf([[0, 91]]))).toThrow("Cannot place point 0 on the sphere: it is (0, 91)");
  expect(() => sphereOfDegrees(pointsOf([[0, 1, 2]]))).toThrow("they have dim 3; expected 2, longitude and latitude");
  expect(() => degreesOfSphere(pointsOf([[0, 1]]))).toThrow("the points have dim 2; expected 3");
});

it("places every earthquake of the shipped week", () => {
  const lines = readFileSync(new URL("../../../cli/data/earthquakes.csv", import.meta.url), "utf8")
    .trim()
    .split("\n");
  expect(lines[0]).toBe("longitude,latitude,depth,magnitude");
  const degrees = pointsOf(lines.slice(1).map((line) => line.split(",").slice(0, 2).map(Number)));
  expect(degrees.size).toBe(1679);
  const x = sphereOfDegrees(degrees);
  for (let b = 0; b < x.size; b++) expect(sphere(2).misfit(row(x, b))).toBeLessThan(1e-15);
});
