export * from "./crc32.js";
export * from "./digest.js";
export * from "./gzip.js";
export * from "./inflate.js";
export * from "./section.js";
export * from "./utf8.js";
export * from "./zip-read.js";
export * from "./zip-write.js";
