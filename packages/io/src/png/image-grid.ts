import { requireKnownKeys } from "../check/index.js";
import type { Pixels } from "./write-png.js";

/** How to lay images out on one sheet. */
export interface ImageGridOptions {
  /** Pixel rows of an image, H. */
  readonly height: number;
  /** Pixel columns of an image, W. */
  readonly width: number;
  /** Images side by side. @defaultValue ⌈√B⌉ */
  readonly columns?: number;
  /** Sheet pixels along each side of an image pixel. @defaultValue 1 */
  readonly scale?: number;
  /** The values shown black and white; values outside are shown as the nearer of the two. @defaultValue [-1, 1] */
  readonly range?: readonly [number, number];
  /** Sheet pixels between images. @defaultValue 1 */
  readonly gap?: number;
  /** Grey of the gaps and of places without an image, 0 … 255. @defaultValue 255 */
  readonly background?: number;
}

type Settings = Required<ImageGridOptions>;

const KEYS = ["height", "width", "columns", "scale", "range", "gap", "background"];

function requireWhole(settings: Settings): void {
  const least = { height: 1, width: 1, columns: 1, scale: 1, gap: 0, background: 0 } as const;
  for (const [name, low] of Object.entries(least)) {
    const value = settings[name as keyof typeof least];
    if (!Number.isInteger(value) || value < low) {
      throw new RangeError(`Cannot lay out images: ${name} is ${value}; expected a whole number from ${low}`);
    }
  }
  const [low, high] = settings.range;
  if (!(high > low && Number.isFinite(high - low))) {
    throw new RangeError(`Cannot lay out images: range is [${low}, ${high}]; expected finite numbers, the lower first`);
  }
  if (settings.background > 255)
    throw new RangeError(`Cannot lay out images: background is ${settings.background}; expected at most 255`);
}

/** The values of one image as greys, 0 … 255. */
function greys(image: ArrayLike<number>, b: number, [low, high]: readonly [number, number]): Uint8ClampedArray {
  const out = new Uint8ClampedArray(image.length); // rounds to the nearest and saturates
  for (let p = 0; p < image.length; p++) {
    const value = image[p] ?? Number.NaN;
    if (Number.isNaN(value)) throw new RangeError(`Cannot lay out images: image ${b} has NaN in pixel ${p}; expected numbers`);
    out[p] = (255 * (value - low)) / (high - low);
  }
  return out;
}

function place(
  grey: Uint8ClampedArray,
  sheet: Uint8Array,
  stride: number,
  start: number,
  { width, height, scale }: Settings,
): void {
  for (let i = 0; i < height * scale; i++) {
    const from = Math.floor(i / scale) * width;
    const to = start + i * stride;
    for (let j = 0; j < width * scale; j++) sheet[to + j] = grey[from + Math.floor(j / scale)] ?? 0;
  }
}

/**
 * One grey sheet of B images, image b in row ⌊b / columns⌋ and column b mod columns: pixels for `writePng`.
 * `images` is [B, H·W], row-major.
 * @throws RangeError when the length is not a multiple of H·W, there is no image, or a pixel is NaN.
 */
export function imageGrid(images: Float64Array | Float32Array, options: ImageGridOptions): Pixels {
  requireKnownKeys(options, KEYS, "lay out images");
  const pixels = options.height * options.width;
  const count = images.length / pixels;
  const settings: Settings = {
    columns: Math.ceil(Math.sqrt(count)),
    scale: 1,
    range: [-1, 1],
    gap: 1,
    background: 255,
    ...options,
  };
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(
      `Cannot lay out images: ${images.length} numbers are no images of ${options.height} × ${options.width}; expected a multiple, from one`,
    );
  }
  requireWhole(settings);
  const { columns, scale, gap } = settings;
  const across = options.width * scale + gap;
  const down = options.height * scale + gap;
  const width = Math.min(columns, count) * across - gap;
  const height = Math.ceil(count / columns) * down - gap;
  const data = new Uint8Array(width * height).fill(settings.background);
  for (let b = 0; b < count; b++) {
    const start = Math.floor(b / columns) * down * width + (b % columns) * across;
    place(greys(images.subarray(b * pixels, (b + 1) * pixels), b, settings.range), data, width, start, settings);
  }
  return { width, height, channels: 1, data };
}
