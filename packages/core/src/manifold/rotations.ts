import type { Manifold } from "./manifold.js";
import { logWindings } from "./space-form.js";
import { sphere, unitVectors } from "./sphere.js";
import { dot, normOf } from "./vectors.js";

/**
 * SO(3), rotations of space, as unit quaternions (w, x, y, z) up to sign. The metric is the angle of rotation: the distance of
 * two rotations is the angle ω ∈ [0, π] of the one that leads from the first to the second, and v lies inside the cut locus
 * when ‖v‖ < π. It is the sphere S³ of radius 2 with antipodes identified, of curvature ¼ and volume 8π².
 *
 * Quaternions and not matrices: 4 numbers instead of 9, no orthogonality to lose, and angles with all digits near 0 and π,
 * where those of a trace lose half. `matrixOfQuaternion` and `quaternionOfMatrix` convert. A tangent vector v at q is the
 * vector −v at −q, so that a vector field u is given by u(−q) = −u(q).
 */
export function rotations(): Manifold {
  const cover = sphere(3);
  /** y or −y, on the side of x. */
  const near = (x: Float64Array, y: Float64Array): Float64Array => (dot(x, y) < 0 ? y.map((c) => -c) : y);
  const half = (v: Float64Array): number => normOf(4, (i) => v[i]); // ω = 2‖v‖ in ambient coordinates
  return {
    name: "rotations",
    ambient: 4,
    dim: 3,
    exp: cover.exp,
    log: (x, y, out) => cover.log(x, near(x, y), out),
    transport(x, y, v, out) {
      const to = near(x, y);
      cover.transport(x, to, v, out);
      return to === y ? out : negate(out);
    },
    pull: cover.pull,
    isRegular: cover.isRegular,
    projectPoint: cover.projectPoint,
    projectTangent: cover.projectTangent,
    inner: (_x, u, v) => 4 * dot(u, v),
    distance: (x, y) => 2 * cover.distance(x, near(x, y)),
    frame(x, out) {
      cover.frame(x, out);
      for (let i = 0; i < out.length; i++) out[i] *= 0.5;
      return out;
    },
    logVolume: (x, v) => (2 * half(v) < Math.PI ? cover.logVolume(x, v) : -Infinity),
    misfit: cover.misfit,
    uniform: {
      logVolume: Math.log(8 * Math.PI * Math.PI),
      sample: (rng, size) => unitVectors(rng, size, 4),
    },
    logWrappedNormal(v, s) {
      const r = 2 * half(v);
      return logWindings({ dim: 3, period: 2 * Math.PI, focus: 2 * Math.sin(r / 2) }, r, s);
    },
  };
}

function negate(v: Float64Array): Float64Array {
  for (let i = 0; i < v.length; i++) v[i] = -v[i];
  return v;
}

/** The rotation matrix of a unit quaternion (w, x, y, z), [3, 3] row-major. */
export function matrixOfQuaternion(q: Float64Array): Float64Array {
  const [w, x, y, z] = q;
  return Float64Array.of(
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  );
}

/**
 * The unit quaternion (w, x, y, z) of a rotation matrix, [3, 3] row-major, with its largest component positive, which is also
 * the one that is found first: no division by a small number [Shepperd1978].
 * @throws RangeError unless the matrix is a rotation up to 1e-6.
 */
export function quaternionOfMatrix(matrix: ArrayLike<number>): Float64Array {
  const m = Float64Array.from(matrix);
  const trace = m[0] + m[4] + m[8];
  const squares = [trace, 2 * m[0] - trace, 2 * m[4] - trace, 2 * m[8] - trace].map((v) => 1 + v); // 4w², 4x², 4y², 4z²
  const lead = squares.indexOf(Math.max(...squares));
  const [wx, wy, wz] = [m[7] - m[5], m[2] - m[6], m[3] - m[1]]; // 4wx, 4wy, 4wz
  const [xy, xz, yz] = [m[1] + m[3], m[2] + m[6], m[5] + m[7]]; // 4xy, 4xz, 4yz
  const products = [
    [squares[0], wx, wy, wz],
    [wx, squares[1], xy, xz],
    [wy, xy, squares[2], yz],
    [wz, xz, yz, squares[3]],
  ];
  const q = Float64Array.from(products[Math.max(lead, 0)]);
  const norm = normOf(4, (i) => q[i]);
  const unit = q.map((v) => v / norm);
  const again = matrixOfQuaternion(unit);
  const error = m.length === 9 ? normOf(9, (i) => again[i] - m[i]) : Infinity;
  if (error <= 1e-6) return unit;
  throw new RangeError(
    `Cannot read a rotation: the matrix has ${m.length} entries and is ${error} from the nearest rotation found; expected an orthogonal [3, 3] matrix of determinant 1`,
  );
}
