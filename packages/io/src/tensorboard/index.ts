export * from "./event.js";
export * from "./tf-record.js";
