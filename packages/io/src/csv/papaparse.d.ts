/** The part of papaparse that this package calls; papaparse ships no types. */
declare module "papaparse" {
  export interface StepResult {
    readonly data: string[];
    readonly errors: readonly { readonly type: string; readonly code: string; readonly message: string }[];
  }
  export interface ParseConfig {
    readonly delimiter: string;
    readonly newline: "\n";
    readonly step: (result: StepResult) => void;
  }
  const Papa: { parse(text: string, config: ParseConfig): unknown };
  export default Papa;
}
