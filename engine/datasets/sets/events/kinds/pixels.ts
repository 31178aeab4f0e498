/** From pixels of a sensor to channels of the network. */
import { UserError } from '../../../../base/errors.ts';
import type { Wanted } from '../schema.ts';

/**
 * Channel of an event at (x, y) with polarity 0 or 1: OFF events of all pixels first, then ON, row by row; pixels of a
 * larger sensor are pooled. Throws a UserError for an input without pixels.
 * @param sensor pixels of the camera; those of the input when undefined
 */
export function pixelOf(
  place: string,
  { input }: Wanted,
  sensor: { width: number; height: number } | undefined,
  polar: boolean,
): (x: number, y: number, p: number) => number {
  if (!input || 'channels' in input)
    throw new UserError(
      `${place}: events are at pixels, so dataset.input has to be { planes: ${polar ? 2 : 1}, height: …, width: … }.`,
    );
  const { planes, height, width } = input;
  if (planes > 2 || (planes === 2 && !polar))
    throw new UserError(
      `${place}: dataset.input has ${planes} planes, but events have ${polar ? 'two polarities; write planes: 2, or 1 to make no difference' : 'no polarity; write planes: 1'}.`,
    );
  const { width: across, height: down } = sensor ?? input;
  if (across < width || down < height)
    throw new UserError(
      `${place}: the sensor of ${across}x${down} pixels is smaller than dataset.input of ${width}x${height}; take at most as many.`,
    );
  const column = Uint16Array.from({ length: across }, (_, x) => Math.floor((x * width) / across));
  const row = Uint16Array.from({ length: down }, (_, y) => Math.floor((y * height) / down));
  const plane = planes === 2 ? width * height : 0;
  return (x, y, p) => {
    if (x >= across || y >= down)
      throw new UserError(
        `${place}: has an event at pixel (${x}, ${y}), outside ${across}x${down}; write the size of the camera as dataset.sensor.`,
      );
    return p * plane + row[y]! * width + column[x]!;
  };
}
