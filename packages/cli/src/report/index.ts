export { renderReport } from "./render-report.js";
export type * from "./report-input.js";
