import { check as docs } from "../check-docs.mjs";
import { check as equations } from "../check-equations.mjs";
import { check as exports_ } from "../check-exports.mjs";
import { check as layers } from "../check-layers.mjs";
import { check as size } from "../check-size.mjs";
import { check as tests } from "../check-tests.mjs";

/**
 * The static checks, in the order in which their failures are best mended.
 * @type {readonly { name: string, check: (root: string) => import("./problem.mjs").Problem[] | Promise<import("./problem.mjs").Problem[]> }[]}
 */
export const checks = [
  { name: "layers", check: layers },
  { name: "size", check: size },
  { name: "equations", check: equations },
  { name: "exports", check: exports_ },
  { name: "tests", check: tests },
  { name: "docs", check: docs },
];
