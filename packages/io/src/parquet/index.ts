export * from "./parquet-rows.js";
