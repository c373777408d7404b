const began = performance.now();

/** Says how a bench goes on, with minutes and seconds since it started. @param {string} text */
export function say(text) {
  const seconds = Math.floor((performance.now() - began) / 1000);
  console.log(`[${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, "0")}] ${text}`);
}
