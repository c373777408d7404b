import { expect, test } from "vitest";
import { condOt } from "./cond-ot.js";
import { cosine } from "./cosine.js";
import { linearVp } from "./linear-vp.js";
import { schedulerNamed, schedulerNames } from "./named.js";
import { polynomial } from "./polynomial.js";
import { squareRoot } from "./square-root.js";
import { vp } from "./vp.js";

test("every scheduler is found again by its own name", () => {
  const all = [condOt(), condOt({ sigmaMin: 1e-7 }), polynomial(2.5), cosine(), linearVp(), vp(), vp(0.5, 8), squareRoot()];
  expect(new Set(all.map(({ name }) => name.split(":")[0]))).toEqual(new Set(schedulerNames));
  for (const scheduler of all) {
    const found = schedulerNamed(scheduler.name);
    expect(found.name).toBe(scheduler.name);
    for (let t = 0; t <= 1; t += 1 / 8) expect(found.at(t)).toEqual(scheduler.at(t));
  }
});

test("the defaults of a name are those of the function", () => {
  expect(schedulerNamed("vp:0.1,20").name).toBe("vp");
  expect(schedulerNamed("condOt:0").name).toBe("condOt");
  expect(schedulerNamed("polynomial: 3 ").name).toBe("polynomial:3");
});

test("a name that does not make a scheduler is refused with what would", () => {
  expect(() => schedulerNamed("linear")).toThrow(
    'Cannot make the path "linear": no such scheduler; expected one of condOt, polynomial, cosine, linearVp, vp, squareRoot',
  );
  expect(() => schedulerNamed("toString")).toThrow(/no such scheduler/);
  expect(() => schedulerNamed("polynomial")).toThrow(
    'Cannot make the path "polynomial": it has 0 parameters; expected 1 after "polynomial"',
  );
  expect(() => schedulerNamed("vp:1")).toThrow('Cannot make the path "vp:1": it has 1 parameters; expected 0 or 2 after "vp"');
  for (const text of ["polynomial:", "polynomial:3:5", "polynomial:x", "vp:1,"]) {
    expect(() => schedulerNamed(text)).toThrow(SyntaxError);
  }
  expect(() => schedulerNamed("polynomial:-1")).toThrow("the power is -1; expected a finite number above 0");
});
