import { pointsOf, row } from "@fluxion/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { cellCentres, reachOf, toPixel, toPlane } from "./frame.js";

const finite = fc.double({ min: -10, max: 10, noNaN: true });

it("maps pixels to the plane and back", () => {
  fc.assert(
    fc.property(
      finite,
      finite,
      fc.double({ min: 1, max: 9, noNaN: true }),
      fc.integer({ min: 10, max: 2000 }),
      (x, y, reach, size) => {
        const back = toPlane({ reach, size }, toPixel({ reach, size }, [x, y]));
        // Six roundings at the magnitude of the sum x/reach + 1, ≤ 11, scaled by reach ≤ 9.
        expect(back[0]).toBeCloseTo(x, 12);
        expect(back[1]).toBeCloseTo(y, 12);
      },
    ),
  );
});

it("draws y upwards, with the origin in the middle", () => {
  expect(toPixel({ reach: 2, size: 100 }, [0, 0])).toEqual([50, 50]);
  expect(toPixel({ reach: 2, size: 100 }, [-2, 2])).toEqual([0, 0]);
  expect(toPixel({ reach: 2, size: 100 }, [2, -2])).toEqual([100, 100]);
});

it("has cells in the order in which an image has pixels", () => {
  const centres = cellCentres(2, 4);
  expect([...row(centres, 0)]).toEqual([-1.5, 1.5]);
  expect([...row(centres, 3)]).toEqual([1.5, 1.5]);
  expect([...row(centres, 15)]).toEqual([1.5, -1.5]);
});

it("reaches beyond the data, and over three deviations of the noise", () => {
  expect(reachOf(pointsOf([[0, -5]]))).toBeCloseTo(5.5, 12);
  expect(reachOf(pointsOf([[0.1, 0.2]]))).toBeCloseTo(3.2, 12);
});
