export * from "./checkpoint.js";
export * from "./difference.js";
export { type EventLog, openEvents } from "./event-log.js";
export * from "./metrics-log.js";
export * from "./run-directory.js";
