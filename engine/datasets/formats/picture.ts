/** PNG and JPEG pictures as bytes, in bounded time and memory whatever the file says. */
import { inflateSync } from 'node:zlib';
import { UserError } from '../../base/errors.ts';
import { whatIs } from './file-kind.ts';
import { badFile } from './files.ts';

const REMEDY = 'save it again as PNG or JPEG with 8 bits a colour';
/** Pixels on a side and altogether: photographs of a camera. */
const MAX_SIDE = 8192;
const MAX_PIXELS = 1 << 25;
/** Progressive pictures have about ten. */
const MAX_SCANS = 64;
const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

export interface DecodedPicture {
  width: number;
  height: number;
  /** 1: grey; 3: red, green, blue. */
  planes: 1 | 3;
  /** [height, width, planes]. */
  pixels: Uint8Array;
}

/** The picture in the bytes of a file. Transparency is left out: what lies behind it is not known. Rejects with a UserError. */
export async function decodePicture(file: string, bytes: Buffer): Promise<DecodedPicture> {
  const jpeg = bytes.length > 2 && bytes.readUIntBE(0, 3) === 0xffd8ff;
  const decode = bytes.subarray(0, 8).equals(PNG) ? decodePng : jpeg ? decodeJpeg : undefined;
  if (!decode)
    throw badFile(
      file,
      `this is not a PNG or JPEG picture but ${whatIs(bytes.subarray(0, 512), bytes.length)}`,
      undefined,
      REMEDY,
    );
  try {
    return await decode(file, bytes);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw badFile(file, 'the picture is damaged', undefined, REMEDY);
  }
}

/** Only the chunks that make the picture reach the library, and only when they unpack to what the header promises. */
async function decodePng(file: string, bytes: Buffer): Promise<DecodedPicture> {
  const chunks = pngChunks(file, bytes);
  const header = chunks[0]!.data;
  const [width, height, depth, colour] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8]!, header[9]!];
  refuseSize(file, width, height);
  if (depth > 8) throw badFile(file, `the picture has ${depth} bits a colour`, undefined, REMEDY);
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour];
  if (channels === undefined)
    throw badFile(file, `the picture has colours of an unknown kind (${colour})`, undefined, REMEDY);
  // Interlaced pictures begin each of their seven passes, and each row in them, anew.
  const limit = height * (1 + Math.ceil((width * channels * depth) / 8)) + 14 * (height + 1);
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  inflateSync(packed, { maxOutputLength: limit });
  const { decode } = await import('fast-png');
  const png = decode(Buffer.concat([PNG, ...chunks.map(({ whole }) => whole)]), { checkCrc: true });
  const levels = samplesOf(png.data as Uint8Array, width, height, channels, depth);
  if (colour !== 3) return { width, height, planes: channels < 3 ? 1 : 3, pixels: scaled(levels, channels, depth) };
  const palette = png.palette ?? [];
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < levels.length; i++) {
    const entry = palette[levels[i]!];
    if (!entry)
      throw badFile(file, `the picture has colour ${levels[i]}, beyond its ${palette.length}`, undefined, REMEDY);
    for (let p = 0; p < 3; p++) pixels[3 * i + p] = entry[p]!;
  }
  return { width, height, planes: 3, pixels };
}

const KEPT = ['IHDR', 'PLTE', 'IDAT', 'IEND'];

function pngChunks(file: string, bytes: Buffer): { type: string; data: Buffer; whole: Buffer }[] {
  const chunks: { type: string; data: Buffer; whole: Buffer }[] = [];
  for (let offset = PNG.length; ; ) {
    const end = offset + 12 <= bytes.length ? offset + 12 + bytes.readUInt32BE(offset) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) throw badFile(file, 'the picture breaks off', offset, REMEDY);
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    if (KEPT.includes(type))
      chunks.push({ type, data: bytes.subarray(offset + 8, end - 4), whole: bytes.subarray(offset, end) });
    if (type === 'IEND') break;
    offset = end;
  }
  const headers = chunks.filter(({ type }) => type === 'IHDR').length;
  if (chunks[0]!.type !== 'IHDR' || chunks[0]!.data.length !== 13 || headers !== 1)
    throw badFile(file, 'the picture does not begin with its size', PNG.length, REMEDY);
  return chunks;
}

/** Packed rows of samples of 1, 2, 4 or 8 bits → one byte each. */
function samplesOf(data: Uint8Array, width: number, height: number, channels: number, depth: number): Uint8Array {
  const each = width * channels;
  if (depth === 8) return data.subarray(0, each * height);
  const row = Math.ceil((each * depth) / 8);
  const samples = new Uint8Array(each * height);
  for (let y = 0, to = 0; y < height; y++)
    for (let i = 0; i < each; i++) {
      const bit = i * depth;
      samples[to++] = (data[y * row + (bit >> 3)]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }
  return samples;
}

/** On the scale of 8 bits, without the channel of transparency. */
function scaled(levels: Uint8Array, channels: number, depth: number): Uint8Array {
  const factor = 255 / ((1 << depth) - 1);
  const planes = channels < 3 ? 1 : 3;
  if (channels === planes && depth === 8) return Uint8Array.from(levels);
  const pixels = new Uint8Array((levels.length / channels) * planes);
  for (let i = 0, to = 0; i < levels.length; i += channels)
    for (let p = 0; p < planes; p++) pixels[to++] = factor * levels[i + p]!;
  return pixels;
}

async function decodeJpeg(file: string, bytes: Buffer): Promise<DecodedPicture> {
  const { planes, width, height } = jpegFrame(file, bytes);
  refuseSize(file, width, height);
  const { decode } = (await import('jpeg-js')).default;
  const picture = decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: MAX_PIXELS / 1e6,
    maxMemoryUsageInMB: 1024,
  });
  if (picture.width !== width || picture.height !== height)
    throw badFile(file, 'the picture says two sizes', undefined, REMEDY);
  const pixels = planes === 3 ? picture.data : picture.data.filter((_, i) => i % 3 === 0);
  return { width, height, planes, pixels };
}

/** Size and colours, from the segments of a JPEG file. Throws a UserError. */
function jpegFrame(file: string, bytes: Buffer): { planes: 1 | 3; width: number; height: number } {
  let frame: { planes: 1 | 3; width: number; height: number } | undefined;
  let scans = 0;
  for (let offset = 2; offset + 4 <= bytes.length; ) {
    const marker = bytes[offset + 1]!;
    // Within the data of a scan an FF is followed by 00 or by a restart mark.
    if (bytes[offset] !== 0xff || marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7)) {
      const next = bytes.indexOf(0xff, offset + 1);
      if (next < 0) break;
      offset = next;
      continue;
    }
    if (marker === 0xd9) break;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame && offset + 10 <= bytes.length) {
      const planes = bytes[offset + 9]!;
      if (frame || (planes !== 1 && planes !== 3) || bytes[offset + 4] !== 8)
        throw badFile(file, 'the picture is neither grey nor of three colours with 8 bits', offset, REMEDY);
      frame = { planes, height: bytes.readUInt16BE(offset + 5), width: bytes.readUInt16BE(offset + 7) };
    }
    if (marker === 0xda && ++scans > MAX_SCANS)
      throw badFile(file, `the picture has more than ${MAX_SCANS} scans`, offset, REMEDY);
    offset += 2 + bytes.readUInt16BE(offset + 2);
  }
  if (!frame || scans === 0) throw badFile(file, 'the picture breaks off', bytes.length, REMEDY);
  return frame;
}

function refuseSize(file: string, width: number, height: number): void {
  if (width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE && width * height <= MAX_PIXELS) return;
  throw badFile(file, `a picture of ${width}x${height} pixels cannot be read`, undefined, 'make it smaller');
}
