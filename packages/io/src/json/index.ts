export * from "./to-json.js";
export * from "./unique-keys.js";
