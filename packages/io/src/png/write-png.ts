import { encode } from "fast-png";

/** A picture of 8-bit samples: sample c of the pixel in row i and column j is `data[(i * width + j) * channels + c]`. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** [height, width, channels], 0 … 255. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * A PNG file of the pixels, 8 bits a sample; the same pixels always give the same bytes.
 * @throws RangeError when a side is not a whole number from 1, or the data are not height × width × channels long.
 */
export function writePng(pixels: Pixels): Uint8Array<ArrayBuffer> {
  const { width, height, channels, data } = pixels;
  const sides = [width, height].every((side) => Number.isInteger(side) && side >= 1);
  if (!sides || ![1, 2, 3, 4].includes(channels) || data.length !== width * height * channels) {
    throw new RangeError(
      `Cannot write png: ${data.length} samples for ${width} × ${height} pixels of ${channels} channels; expected whole sides from 1, 1 to 4 channels, one sample each`,
    );
  }
  return new Uint8Array(encode({ width, height, channels, depth: 8, data }, { zlib: { level: 6 } }));
}
