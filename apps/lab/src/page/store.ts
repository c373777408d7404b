import { addressOf, defaultState, type LabState, stateOf } from "../state/lab-state.js";
import type { Language } from "../text/dictionary.js";

/** The state of the page, kept in its address. */
export interface Store {
  readonly state: () => LabState;
  /** Changes a part of the state, the address, and at most once a frame what is shown. */
  readonly change: (part: Partial<LabState>) => void;
  /** Shows the state again, as after a change of the window; the address stays as it is. */
  readonly redraw: () => void;
}

/** A store that begins with the address of the page and shows every state that follows, from the address too. */
export function openStore(show: (state: LabState) => void): Store {
  const lang: Language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  const home: LabState = { ...defaultState, lang };
  let state = stateOf(location.hash, home);
  let asked = false;
  const later = (): void => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      show(state);
    });
  };
  addEventListener("hashchange", () => {
    if (location.hash === addressOf(state)) return;
    state = stateOf(location.hash, home);
    later();
  });
  later();
  return {
    state: () => state,
    redraw: later,
    change(part) {
      state = { ...state, ...part };
      history.replaceState(null, "", addressOf(state));
      later();
    },
  };
}
