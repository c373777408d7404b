import { type Points, points, zeros } from "../points/index.js";

const DEGREE = Math.PI / 180;

/**
 * Points of S² for (longitude, latitude) in degrees, [B, 2] → [B, 3]: (cos φ cos λ, cos φ sin λ, sin φ).
 * @throws RangeError unless there are two columns and every latitude is in [−90, 90].
 */
export function sphereOfDegrees(degrees: Points): Points {
  if (degrees.dim !== 2) {
    throw new RangeError(`Cannot place points on the sphere: they have dim ${degrees.dim}; expected 2, longitude and latitude`);
  }
  const out = zeros(degrees.size, 3);
  for (let b = 0; b < degrees.size; b++) {
    const [longitude, latitude] = [degrees.data[2 * b], degrees.data[2 * b + 1]];
    if (!(Math.abs(latitude) <= 90 && Number.isFinite(longitude))) {
      throw new RangeError(
        `Cannot place point ${b} on the sphere: it is (${longitude}, ${latitude}); expected degrees of longitude and of latitude in [−90, 90]`,
      );
    }
    const [lambda, phi] = [longitude * DEGREE, latitude * DEGREE];
    out.data.set([Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)], 3 * b);
  }
  return out;
}

/** (longitude, latitude) in degrees of points of S², [B, 3] → [B, 2]; longitude in [−180, 180]. @throws RangeError unless of dim 3. */
export function degreesOfSphere(x: Points): Points {
  if (x.dim !== 3) throw new RangeError(`Cannot read degrees: the points have dim ${x.dim}; expected 3`);
  const out = points(new Float64Array(2 * x.size), 2);
  for (let b = 0; b < x.size; b++) {
    const [u, v, w] = x.data.subarray(3 * b, 3 * b + 3);
    out.data.set([Math.atan2(v, u) / DEGREE, Math.atan2(w, Math.hypot(u, v)) / DEGREE], 2 * b);
  }
  return out;
}
