import { type RowLayout, TILE } from "./layout.js";

/** What every kernel knows of the shard and of the queries. */
export const SHAPE = /* wgsl */ `
struct Shape {
  atoms: u32, // of the shard
  stride: u32, // the same, filled up to whole tiles
  rows: u32, // queries, filled up to whole tiles
  kept: u32, // how many of the largest logits of a chunk are wanted
  quads: u32, // P/4
}
@group(0) @binding(0) var<uniform> shape: Shape;
`;

/** A statement for each k below `count`: kernels keep their sums in variables with a name, which live in registers. */
export const each = (count: number, statement: (k: number) => string, between = "\n    "): string =>
  Array.from({ length: count }, (_, k) => statement(k)).join(between);

/** The sums of three levels of a thread, four quads each: of a step, of sixteen steps, of all. */
export const SUMS: string = /* wgsl */ `
  ${each(4, (j) => `var total${j} = vec4<f32>();\n  var middle${j} = vec4<f32>();`, "\n  ")}
  var steps = 0u;`;

/** Opens the sums of one step. */
export const OPEN_STEP: string = each(4, (j) => `var part${j} = vec4<f32>();`);

/** Adds the sums of one step to those above. */
export const CLOSE_STEP: string = /* wgsl */ `
    ${each(4, (j) => `middle${j} += part${j};`)}
    steps++;
    if (steps % 16u == 0u) {
      ${each(4, (j) => `total${j} += middle${j};\n      middle${j} = vec4<f32>();`, "\n      ")}
    }`;

/** Closes the sums: the totals are whole. */
export const CLOSE_SUMS: string = each(4, (j) => `total${j} += middle${j};`, "\n  ");

/** Tiles in workgroup memory, of rows and of atoms; padded so that no two of eight neighbouring threads meet in one bank. */
export const productTiles = ({ step }: Pick<RowLayout, "step">, names: readonly string[] = ["rowTile", "atomTile"]): string =>
  names.map((name) => `var<workgroup> ${name}: array<vec4<f32>, ${TILE * (step + 1)}>;`).join("\n");

/** What a product is of. */
export interface Product {
  /** The quad c of row r of the tile at quad k: x in the term. */
  readonly row: string;
  /** Another of the same row, for a tile named `otherTile`: v in the term. */
  readonly other?: string;
  /** The term of an atom's quad. */
  readonly term: (y: string) => string;
}

/**
 * The sums over coordinates of a term, for 64 × 64 pairs of rows and atoms: component m of `total`j of a thread is for row
 * ty + 16j and atom tx + 16m of the tiles.
 */
export function productLoop({ step }: Pick<RowLayout, "step">, { row, other, term }: Product): string {
  const width = step + 1;
  return /* wgsl */ `${SUMS}
  for (var k = 0u; k < shape.quads; k += ${step}u) {
    if (lane < ${TILE * step}u) {
      let r = lane / ${step}u;
      let c = lane % ${step}u;
      rowTile[r * ${width}u + c] = ${row};
      ${other === undefined ? "" : `otherTile[r * ${width}u + c] = ${other};`}
      atomTile[r * ${width}u + c] = atoms[(group.x * ${TILE}u + r) * shape.quads + k + c];
    }
    workgroupBarrier();
    ${OPEN_STEP}
    for (var c = 0u; c < ${step}u; c++) {
      ${each(4, (m) => `let y${m} = atomTile[(tx + ${16 * m}u) * ${width}u + c];`, "\n      ")}
      var x: vec4<f32>;
      var v: vec4<f32>;
      ${each(
        4,
        (j) => `x = rowTile[(ty + ${16 * j}u) * ${width}u + c];
      ${other === undefined ? "" : `v = otherTile[(ty + ${16 * j}u) * ${width}u + c];`}
      part${j} += vec4<f32>(${each(4, (m) => term(`y${m}`), ", ")});`,
        "\n      ",
      )}
    }
    ${CLOSE_STEP}
    workgroupBarrier();
  }
  ${CLOSE_SUMS}`;
}
