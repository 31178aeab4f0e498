import { type LandscapeResult, standIns } from '../../../protocol/analyses/landscape.ts';
import { percent } from '../../../protocol/format.ts';
import { layerName } from '../../../protocol/layers.ts';
import { short, table } from '../text.ts';

const SHADES = ' .:-=+*#%@';

/** The network itself, sharpness at each radius, and the plane as a picture of ten shades. */
export function lines(result: LandscapeResult): string[] {
  const { split, samples, centre, points, extent, notFinite, evaluated, sharpness, fixed } = result;
  const rows = sharpness.map(({ radius, mean, deviation, rises, directions, accuracyFall }) => [
    String(radius),
    numberOr(mean),
    numberOr(deviation),
    accuracyFall === null ? '–' : percent(accuracyFall),
    `${rises.filter((rise) => rise !== null).length} of ${directions}`,
  ]);
  return [
    `${split}: loss ${numberOr(centre.loss)}, accuracy ${percent(centre.accuracy)} %, the first ${samples} samples`,
    `left alone: ${fixed.map(parameterName).join(', ') || 'nothing'}`,
    '',
    ...table(['radius', 'mean loss rise', '±', 'accuracy falls by %', 'directions'], rows, [0, 1, 2, 3, 4]),
    '',
    `loss on [-${extent}, ${extent}] × [-${extent}, ${extent}], ${evaluated} of ${points ** 2} points, ${notFinite} not finite (×)`,
    ...picture(result),
  ];
}

/** `layers.0.bias` → `bias of layer 1`: users count layers from 1. */
function parameterName(name: string): string {
  const dot = name.lastIndexOf('.');
  return `${name.slice(dot + 1)} of ${layerName(name.slice(0, dot))}`;
}

/** The greatest loss is the darkest shade; of the top row, b is greatest. At most 51 columns. */
function picture({ points, evaluated, loss }: LandscapeResult): string[] {
  const stands = standIns(points, evaluated);
  const finite = loss.filter((value) => value !== null);
  if (finite.length === 0) return [];
  const least = finite.reduce((a, b) => Math.min(a, b));
  const greatest = finite.reduce((a, b) => Math.max(a, b));
  const stride = Math.ceil(points / 51);
  const kept = Array.from({ length: Math.ceil(points / stride) }, (_, i) => i * stride);
  const shade = (cell: number): string => {
    if (cell < 0) return ' ';
    const value = loss[cell];
    if (value === null || value === undefined) return '×';
    return SHADES[Math.round(((value - least) / (greatest - least || 1)) * (SHADES.length - 1))]!;
  };
  return [
    ...kept.toReversed().map((row) =>
      kept
        .map((column) => shade(stands[row * points + column]!).repeat(2))
        .join('')
        .trimEnd(),
    ),
    `"${SHADES[0]}" ${short(least)} to "${SHADES.at(-1)}" ${short(greatest)}`,
  ];
}

const numberOr = (value: number | null): string => (value === null ? '–' : short(value));

/** In a table over runs. */
export const columns = {
  header: ['loss', 'accuracy %', 'mean loss rise at radius', 'not finite'],
  row: ({ centre, sharpness, notFinite }: LandscapeResult) => [
    numberOr(centre.loss),
    percent(centre.accuracy),
    sharpness.map(({ radius, mean, deviation }) => `${radius}: ${numberOr(mean)} ± ${numberOr(deviation)}`).join(', '),
    String(notFinite),
  ],
};
