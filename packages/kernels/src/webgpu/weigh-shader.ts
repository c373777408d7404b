import { CHUNK } from "./layout.js";
import { SHAPE } from "./product-loop.js";

/**
 * Weights below e^−40 of the largest of their chunk are zero. A million of them are some 10⁻¹² of the sum, less than float32
 * tells apart, and neither they nor products with them come near denormals.
 */
export const CUT = -40;

/** Threads that share a chunk of one query. */
export const LANES = 256;

/** Lowest finite number of float32, without rounding on the way: WGSL need not know infinities. */
export const LOWEST = "-0x1.fffffep+127f";

/**
 * Turns the logits of one query and one chunk into weights exp(ℓ − top) in place, with top = max ℓ of the chunk, and sums
 * them: (top, Σw, Σw², Σw(ℓ − top)).
 */
export const weighShader: string = /* wgsl */ `${SHAPE}
@group(0) @binding(1) var<storage, read_write> logits: array<f32>; // [rows, stride], weights afterwards
@group(0) @binding(2) var<storage, read_write> sums: array<vec4<f32>>; // [chunks, rows]
var<workgroup> largest: array<f32, ${LANES}>;
var<workgroup> partial: array<vec3<f32>, ${LANES}>;
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let start = group.y * shape.stride;
  let first = group.x * ${CHUNK}u;
  let end = min(first + ${CHUNK}u, shape.atoms);
  var most = ${LOWEST};
  for (var i = first + lane; i < end; i += ${LANES}u) { most = max(most, logits[start + i]); }
  largest[lane] = most;
  workgroupBarrier();
  for (var half = ${LANES / 2}u; half > 0u; half /= 2u) {
    if (lane < half) { largest[lane] = max(largest[lane], largest[lane + half]); }
    workgroupBarrier();
  }
  let top = largest[0];
  var sum = vec3<f32>();
  for (var i = first + lane; i < min(first + ${CHUNK}u, shape.stride); i += ${LANES}u) {
    var w = 0.0;
    if (i < end) {
      let below = logits[start + i] - top;
      if (below > ${CUT}.0) {
        w = select(exp(below), 1.0, below == 0.0); // WGSL allows exp(0) to be off, and all sums are relative to the top
        sum += vec3<f32>(w, w * w, w * below);
      }
    }
    logits[start + i] = w;
  }
  partial[lane] = sum;
  workgroupBarrier();
  for (var half = ${LANES / 2}u; half > 0u; half /= 2u) {
    if (lane < half) { partial[lane] += partial[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { sums[group.x * shape.rows + group.y] = vec4<f32>(top, partial[0]); }
}
`;
