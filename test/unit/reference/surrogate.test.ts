import { describe, expect, test } from 'vitest';
import { multiGaussian, SURROGATES } from '../../../engine/models/neuron.ts';
import { surrogateDerivative, surrogatePrimitive } from '../../../engine/reference/surrogate.ts';
import { shapes, surrogateOf } from './networks.ts';

/** h'(width/2)·width for the default height, from the closed forms. */
const HALFWAY = {
  rectangular: 0.5,
  triangular: 0.5,
  sigmoid: 1 / (2 + Math.exp(0.5) + Math.exp(-0.5)),
  arctan: 1 / (Math.PI * 1.25),
  superspike: 0.5 / 2.25,
  'multi-gaussian': 0.5 * (1.15 * bell(0.5, 1) - 0.15 * bell(-0.5, 6) - 0.15 * bell(1.5, 6)),
};

function bell(x: number, deviation: number): number {
  return Math.exp(-(x * x) / (2 * deviation * deviation)) / (deviation * Math.sqrt(2 * Math.PI));
}

describe.each(shapes)('%s', (shape) => {
  const variants = [surrogateOf(shape, 0.5), surrogateOf(shape, 0.25, 2), surrogateOf(shape, 3, 0.1)];

  test('the derivative of the primitive is the surrogate derivative', () => {
    // Irrational spacing keeps the points off the kinks at 0 and ± width.
    for (const s of variants)
      for (let x = -6 * s.width; x < 6 * s.width; x += s.width / Math.PI ** 2) {
        const h = 1e-4 * s.width;
        const primitiveAt = (offset: number) => surrogatePrimitive(s, x + offset * h);
        const expected = (primitiveAt(-2) - 8 * primitiveAt(-1) + 8 * primitiveAt(1) - primitiveAt(2)) / (12 * h);
        const seen = surrogateDerivative(s, x);
        expect(Math.abs(seen - expected) / s.height, `x ${x}: expected ${expected}, seen ${seen}`).toBeLessThan(1e-9);
      }
  });

  test('its value at the threshold is the height, and it is even', () => {
    for (const s of variants) {
      expect(surrogateDerivative(s, 0)).toBeCloseTo(s.height, 14);
      for (const x of [0.1, 0.3, 1, 7]) expect(surrogateDerivative(s, x)).toBeCloseTo(surrogateDerivative(s, -x), 14);
    }
  });

  test('half a width away it has the value of the closed form', () => {
    expect(surrogateDerivative(surrogateOf(shape, 0.5), 0.25) * 0.5).toBeCloseTo(HALFWAY[shape], 14);
  });

  test('with the default height the primitive climbs from 0 to 1, and is halfway at the threshold', () => {
    const s = surrogateOf(shape, 0.5);
    // The mixture of reference [23] has area 0.5·(1.15 − 0.3).
    const area = shape === 'multi-gaussian' ? 0.425 : 1;
    expect(surrogatePrimitive(s, -1e9)).toBeCloseTo(0, 8);
    expect(surrogatePrimitive(s, 0)).toBeCloseTo(area / 2, 14);
    expect(surrogatePrimitive(s, 1e9)).toBeCloseTo(area, 8);
  });
});

test('multi-gaussian with its default height is the mixture itself', () => {
  const s = surrogateOf('multi-gaussian', 0.5, SURROGATES['multi-gaussian'].height(0.5));
  for (const x of [-2, -0.3, 0, 0.7, 4]) expect(surrogateDerivative(s, x)).toBeCloseTo(multiGaussian(x, 0.5), 14);
});
