import { toySetNames } from "@fluxion/core";
import { type Language, languages } from "../text/dictionary.js";

/** The views, in the order of the derivation. */
export const views = ["path", "posterior", "velocity", "balance", "particles"] as const;
/** One view of the lab. */
export type View = (typeof views)[number];

/** All that decides what the lab shows; the views share one (x, t). */
export interface LabState {
  /** A toy set of core by its name. */
  readonly data: string;
  readonly view: View;
  /** The point x of the plane. */
  readonly x: readonly [number, number];
  /** The time, 0 = noise, in hundredths from 0 to `LAST_TIME`. */
  readonly t: number;
  /** Seed of the data and of the particles. */
  readonly seed: number;
  readonly lang: Language;
}

/** The last time of the slider: over data points the velocity diverges at t = 1. */
export const LAST_TIME = 0.99;

/** What the lab shows where the address says nothing. */
export const defaultState: LabState = { data: "moons", view: "path", x: [-1.2, -0.5], t: 0.6, seed: 0, lang: "en" };

/** A time that the slider can show: the nearest hundredth in [0, `LAST_TIME`]. */
export function snapTime(t: number): number {
  return Math.min(LAST_TIME, Math.max(0, Math.round(t * 100) / 100));
}

/** A coordinate as the address writes it: the nearest thousandth. */
export function snapCoordinate(value: number): number {
  return Math.round(value * 1000) / 1000 || 0; // no −0
}

/** The number that a text is, undefined where it is none that is finite. */
function numberOf(text: string | null): number | undefined {
  return text === null || text.trim() === "" || !Number.isFinite(Number(text)) ? undefined : Number(text);
}

/** The state that an address asks for; what is missing, unknown or out of its range is as in `fallback`. */
export function stateOf(address: string, fallback: LabState = defaultState): LabState {
  const asked = new URLSearchParams(address.replace(/^[#?]/, ""));
  const data = asked.get("data") ?? "";
  const t = numberOf(asked.get("t"));
  const seed = numberOf(asked.get("seed"));
  const [x, y, ...rest] = (asked.get("x") ?? "").split(",").map(numberOf);
  return {
    data: toySetNames.includes(data) ? data : fallback.data,
    view: views.find((view) => view === asked.get("view")) ?? fallback.view,
    x: x === undefined || y === undefined || rest.length > 0 ? fallback.x : [snapCoordinate(x), snapCoordinate(y)],
    t: t === undefined || t < 0 || t > LAST_TIME ? fallback.t : snapTime(t),
    seed: seed === undefined || !Number.isSafeInteger(seed) || seed < 0 ? fallback.seed : seed,
    lang: languages.find((lang) => lang === asked.get("lang")) ?? fallback.lang,
  };
}

/** The address of a state, `#data=…`; `stateOf` reads it back. */
export function addressOf({ data, view, x, t, seed, lang }: LabState): string {
  return `#data=${data}&view=${view}&x=${x.join(",")}&t=${t}&seed=${seed}&lang=${lang}`;
}
