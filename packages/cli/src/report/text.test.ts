import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { both, exactNumber, exponentOf, number, phrase, plusMinus, verbatim } from "./text.js";

/** What a reader makes of a typeset number. */
const read = (text: string): number => Number(text.replaceAll("−", "-").replaceAll(",", "").replace("∞", "Infinity"));

const finite = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true, min: -1e12, max: 1e12 }),
  fc.double({ noDefaultInfinity: true, noNaN: true, min: -1, max: 1 }),
);

describe("number", () => {
  it("shows the digits that are asked for and no trailing zeros", () => {
    const shown = [0.25, 1797, 12345.6, 169024, 0.0001234, 1e-7, 2.5e9, -2.71428, 0, 1e6].map((v) => number(v));
    expect(shown).toEqual(["0.25", "1797", "12,350", "169,000", "1.234e−4", "1e−7", "2.5e9", "−2.714", "0", "1e6"]);
    expect(number(7.49388, 5)).toBe("7.4939");
  });

  it("has a sign for what is infinite, and says of what is no number that it is none", () => {
    expect([Infinity, -Infinity, Number.NaN].map((v) => number(v))).toEqual(["∞", "−∞", "NaN"]);
  });

  it("is read back as the value rounded to so many significant digits", () => {
    fc.assert(
      fc.property(finite, fc.integer({ min: 1, max: 17 }), (value, digits) => {
        expect(read(number(value, digits))).toBe(Number(value.toPrecision(digits)) + 0);
      }),
    );
  });

  it("loses nothing as an exact number", () => {
    fc.assert(
      fc.property(finite, (value) => {
        expect(read(exactNumber(value))).toBe(value + 0);
      }),
    );
  });
});

describe("plusMinus", () => {
  it("gives the error two digits and the value the same decimal", () => {
    expect(plusMinus(14.4479, 0.1283)).toBe("14.45 ± 0.13");
    expect(plusMinus(-0.5, 0.25)).toBe("−0.50 ± 0.25");
    expect(plusMinus(12345.6, 678)).toBe("12346 ± 678");
    expect(plusMinus(3.14e-8, 2e-9)).toBe("(3.14 ± 0.20)e−8");
    expect(plusMinus(0, 4e-5)).toBe("(0.0 ± 4.0)e−5");
    expect(plusMinus(1, 1e-15)).toBe("1 ± 1e−15");
  });

  it("shows the value alone where there is no error", () => {
    expect([0, Number.NaN, Infinity].map((error) => plusMinus(2.5, error))).toEqual(["2.5", "2.5", "2.5"]);
  });

  it("is off by at most half of the second digit of the error", () => {
    const error = fc.double({ noNaN: true, min: 1e-9, max: 1e9 });
    fc.assert(
      fc.property(finite, error, (value, deviation) => {
        const [, mean = "", spread = "", power = "e0"] =
          plusMinus(value, deviation).match(/^\(?(.+) ± ([^)]+?)(?:\)(e.+))?$/) ?? [];
        const unit = read(power.replace("e", "1e"));
        const step = 10 ** (exponentOf(deviation) - 1);
        const rounding = 1e-15 * (Math.abs(value) + deviation); // of the digits themselves, read as doubles
        expect(Math.abs(read(mean) * unit - value)).toBeLessThanOrEqual(0.5 * step + rounding);
        expect(Math.abs(read(spread) * unit - deviation)).toBeLessThanOrEqual(0.5 * step + rounding);
      }),
    );
  });
});

describe("exponentOf", () => {
  it("is exact at powers of ten, where a logarithm may round", () => {
    for (let p = -300; p <= 300; p++) expect(exponentOf(Number(`1e${p}`))).toBe(p);
    expect([999.9999999999999, 0.001, 9.99e-4].map(exponentOf)).toEqual([2, -3, -4]);
  });
});

describe("both", () => {
  const marked = (text: string): string => both(phrase(text, "")).markup.replace(/^<span lang="en">|<\/span><span.*$/g, "");

  it("carries each language in an element of its own", () => {
    expect(both(phrase("floor", "下界")).markup).toBe('<span lang="en">floor</span><span lang="zh">下界</span>');
  });

  it("sets the indices of formulas low and limits high", () => {
    expect(marked("u_t(x|z_i)")).toBe("u<sub>t</sub>(x|z<sub>i</sub>)");
    expect(marked("∇_θ L_CFM − ∇_θ L_FM, p_data(z)")).toBe(
      "∇<sub>θ</sub> L<sub>CFM</sub> − ∇<sub>θ</sub> L<sub>FM</sub>, p<sub>data</sub>(z)",
    );
    expect(marked("∂_t p_t at x_0, ∫₀^∞ s ds")).toBe("∂<sub>t</sub> p<sub>t</sub> at x<sub>0</sub>, ∫₀<sup>∞</sup> s ds");
  });

  it("leaves names with underscores and powers as they are, and escapes", () => {
    expect(marked("my_data_set x_two_t run_1 2^8 _t")).toBe("my_data_set x_two_t run_1 2^8 _t");
    expect(marked(`x_t in ${verbatim("x_1.npy")}`)).toBe("x<sub>t</sub> in x_1.npy");
    expect(marked("λ <.001 & x_t")).toBe("λ &lt;.001 &amp; x<sub>t</sub>");
  });
});
