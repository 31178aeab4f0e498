/** Pictures in the size that the network sees. */
import { UserError } from '../../base/errors.ts';
import type { InputShape } from '../sets/definition.ts';

/** Bytes plane after plane, or pixel after pixel with their planes side by side. */
export interface Picture {
  planes: number;
  height: number;
  width: number;
  /** [height, width, planes]. */
  pixels: Uint8Array;
}

/**
 * The picture as [planes, height, width] of `input`: colours become grey by their luminance (ITU-R BT.601), grey becomes
 * three equal colours, and larger pictures are averaged over the area of each pixel. Throws a UserError for smaller ones
 * and for those of another form.
 */
export function pooled(place: string, picture: Picture, input: InputShape | undefined): Uint8Array {
  const { planes, height, width } = sizeFor(place, picture, input);
  const source = inPlanes(picture, planes);
  if (width === picture.width && height === picture.height) return source;
  if (width > picture.width || height > picture.height)
    throw new UserError(
      `${place}: the picture of ${picture.width}x${picture.height} pixels is smaller than dataset.input of ${width}x${height}; take at most as many.`,
    );
  // Rounding to whole pixels may change the form by one pixel.
  if (
    Math.abs(picture.width / width - picture.height / height) * Math.min(width, height) >
    Math.max(picture.width / width, picture.height / height)
  )
    throw new UserError(
      `${place}: the picture of ${picture.width}x${picture.height} pixels has another form than dataset.input of ${width}x${height}; cut it first.`,
    );
  const result = new Uint8Array(planes * height * width);
  const [columns, rows] = [shares(picture.width, width), shares(picture.height, height)];
  const line = new Float64Array(picture.width);
  for (let p = 0, to = 0; p < planes; p++)
    for (let y = 0; y < height; y++) {
      line.fill(0);
      for (const [row, part] of rows[y]!)
        for (let x = 0, from = (p * picture.height + row) * picture.width; x < picture.width; x++)
          line[x]! += part * source[from + x]!;
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (const [column, part] of columns[x]!) sum += part * line[column]!;
        result[to++] = Math.round(sum);
      }
    }
  return result;
}

function sizeFor(
  place: string,
  picture: Picture,
  input: InputShape | undefined,
): { planes: number; height: number; width: number } {
  if (input && 'channels' in input) {
    if (input.channels === picture.planes * picture.height * picture.width) return picture;
    throw new UserError(
      `${place}: the picture has ${picture.planes}x${picture.height}x${picture.width} values, but dataset.input has ${input.channels} channels; write input: { planes: ${picture.planes}, height: ${picture.height}, width: ${picture.width} }.`,
    );
  }
  const size = input ?? picture;
  if (size.planes !== 1 && size.planes !== 3)
    throw new UserError(`${place}: pictures have 1 plane (grey) or 3 (colours), but dataset.input has ${size.planes}.`);
  return size;
}

/** [height, width, planes] → [wanted, height, width]. */
function inPlanes({ planes, height, width, pixels }: Picture, wanted: number): Uint8Array {
  const size = height * width;
  if (planes === 1 && wanted === 1) return pixels;
  const result = new Uint8Array(wanted * size);
  for (let i = 0; i < size; i++)
    if (planes === 1) for (let p = 0; p < wanted; p++) result[p * size + i] = pixels[i]!;
    else if (wanted === 1)
      result[i] = Math.round(0.299 * pixels[3 * i]! + 0.587 * pixels[3 * i + 1]! + 0.114 * pixels[3 * i + 2]!);
    else for (let p = 0; p < wanted; p++) result[p * size + i] = pixels[planes * i + p]!;
  return result;
}

/** For each of `to` equal parts of `from` pixels: the pixels it covers, and their shares, which add up to 1. */
function shares(from: number, to: number): [number, number][][] {
  const each = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * each, (i + 1) * each];
    const covered: [number, number][] = [];
    for (let k = Math.floor(start); k < Math.min(from, Math.ceil(end - 1e-9)); k++)
      covered.push([k, (Math.min(end, k + 1) - Math.max(start, k)) / each]);
    return covered;
  });
}
