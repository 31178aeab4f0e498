import { expect, test } from 'vitest';
import { drawDropoutMask } from '../../../../../engine/models/dropout.ts';

const draw = (place: { seed: number; epoch: number; sample: number; layer: number }, rate = 0.3, neurons = 40) => {
  const mask = new Float32Array(44).fill(Number.NaN);
  drawDropoutMask(mask, neurons, rate, place);
  return mask;
};
const place = { seed: 1, epoch: 2, sample: 3, layer: 0 };

test('the seed, the epoch, the sample and the layer each change which neurons are silent, nothing else does', () => {
  const first = draw(place);
  expect(draw(place)).toEqual(first);
  for (const name of ['seed', 'epoch', 'sample', 'layer'] as const)
    expect(draw({ ...place, [name]: place[name] + 1 }), `another ${name}`).not.toEqual(first);
});

test('padding is silent, and the others keep their mean', () => {
  expect([...draw(place).subarray(40)]).toEqual([0, 0, 0, 0]);
  for (const rate of [0, 0.1, 0.5, 0.9]) {
    let sum = 0;
    for (let sample = 0; sample < 2000; sample++)
      for (const m of draw({ ...place, sample }, rate).subarray(0, 40)) {
        expect([0, Math.fround(1 / (1 - rate))]).toContain(m);
        sum += m;
      }
    // Five standard deviations of the mean of 80,000 draws.
    const deviation = Math.sqrt(rate / (1 - rate) / 80_000);
    expect(Math.abs(sum / 80_000 - 1), `mean factor at rate ${rate}: ${sum / 80_000}`).toBeLessThanOrEqual(
      5 * deviation + 1e-6,
    );
  }
});
