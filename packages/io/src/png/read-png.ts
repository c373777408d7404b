import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { type PngHeader, pngParts } from "./chunks.js";
import { requireAllScanlines } from "./scanlines.js";

/** A picture as numbers: sample c of the pixel in row i and column j is `data[(i * width + j) * channels + c]`, in [0, 1]. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** [height, width, channels]. */
  readonly data: Float64Array;
}

type Samples = { readonly [index: number]: number; readonly length: number };

/** The samples as numbers of [0, 1]. */
function scaled(samples: Samples, top: number): Float64Array {
  const out = new Float64Array(samples.length);
  for (let i = 0; i < out.length; i++) out[i] = (samples[i] ?? 0) / top;
  return out;
}

/** Samples of 1, 2 or 4 bits, packed from the high bits of each byte, every row from a new byte. */
function unpack({ data, width, height, depth }: DecodedPng): Uint8Array {
  const out = new Uint8Array(width * height);
  const stride = Math.ceil((width * depth) / 8);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const byte = data[i * stride + ((j * depth) >> 3)] ?? 0;
      out[i * width + j] = (byte >> (8 - depth - ((j * depth) & 7))) & (2 ** depth - 1);
    }
  }
  return out;
}

/** Appends an alpha channel that is 0 where the pixel is the transparent colour of the file and 1 elsewhere. */
function withKeyAlpha(samples: Samples, channels: number, key: Samples, top: number): Float64Array {
  const pixels = samples.length / channels;
  const out = new Float64Array(pixels * (channels + 1));
  for (let p = 0; p < pixels; p++) {
    let same = true;
    for (let c = 0; c < channels; c++) {
      const sample = samples[p * channels + c] ?? 0;
      same &&= sample === key[c];
      out[p * (channels + 1) + c] = sample / top;
    }
    out[p * (channels + 1) + channels] = same ? 0 : 1;
  }
  return out;
}

function pictureOf(png: DecodedPng, { color }: PngHeader): Picture {
  const { width, height, depth, channels, palette, transparency } = png;
  const size = { width, height };
  if (color === 3) {
    return { ...size, channels: palette?.[0]?.length === 4 ? 4 : 3, data: scaled(convertIndexedToRgb(png), 255) };
  }
  const samples = depth < 8 ? unpack(png) : png.data;
  const top = 2 ** depth - 1;
  if (!transparency) return { ...size, channels: channels as Picture["channels"], data: scaled(samples, top) };
  if (transparency.length !== channels) {
    throw new SyntaxError(`Cannot read png: the transparent colour has ${transparency.length} samples; expected ${channels}`);
  }
  return { ...size, channels: channels === 1 ? 2 : 4, data: withKeyAlpha(samples, channels, transparency, top) };
}

/**
 * Reads a PNG file of any colour type and depth as numbers in [0, 1]; palettes become RGB, a transparent colour an alpha
 * channel; no colour management.
 * @throws SyntaxError when the file is cut short or damaged, or interlaced with fewer than 8 bits a sample.
 */
export function readPng(bytes: Uint8Array): Picture {
  const { header, stream, essential } = pngParts(bytes);
  if (header.interlaced && header.depth < 8) {
    throw new SyntaxError(
      `Cannot read png: it is interlaced with ${header.depth} bits a sample; expected 8 or 16, or no interlacing`,
    );
  }
  requireAllScanlines(header, stream);
  try {
    return pictureOf(decode(essential, { checkCrc: true }), header);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot read png: the chunks are damaged (${reason}); expected a valid PNG file`, { cause });
  }
}
