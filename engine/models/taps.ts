/** How the neurons of a convolution are wired, one synapse after another. */
import type { Conv, LayerPlan } from './plan.ts';

/** Every neuron n with every input j that its patch holds, and the place w of the weight between them. */
export function eachTap(
  { input: [P, H, W], filters, kernel: [kh, kw], stride, padding }: Conv,
  output: LayerPlan['output'],
  visit: (n: number, j: number, w: number) => void,
): void {
  const [, rows, columns] = output as readonly [number, number, number];
  for (let f = 0; f < filters; f++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        for (let p = 0; p < P; p++)
          for (let i = 0; i < kh; i++)
            for (let k = 0; k < kw; k++) {
              const [y, x] = [r * stride[0] + i - padding[0], c * stride[1] + k - padding[1]];
              if (y < 0 || y >= H || x < 0 || x >= W) continue;
              visit((f * rows + r) * columns + c, (p * H + y) * W + x, ((f * P + p) * kh + i) * kw + k);
            }
}

/** How many there are. */
export function tapsOf({ input, filters, kernel, stride, padding }: Conv, output: LayerPlan['output']): number {
  const along = (axis: 0 | 1): number => {
    let n = 0;
    for (let position = 0; position < output[axis + 1]!; position++)
      for (let i = 0; i < kernel[axis]; i++) {
        const place = position * stride[axis] + i - padding[axis];
        if (place >= 0 && place < input[axis + 1]!) n++;
      }
    return n;
  };
  return filters * input[0] * along(0) * along(1);
}
