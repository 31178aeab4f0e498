import type uPlot from 'uplot';
import { withAlpha } from '../../shared/theme.ts';
import type { Curve } from './model.ts';
import { stacked } from './stack.ts';

/**
 * A cross where a curve stops being a number: at its last value, or at the foot of the plot. A triangle at the foot where a
 * warning begins, those of several curves one above the other. A ring where the epoch is that counts; a play sign where a run was resumed, a pause sign where one was stopped, a
 * block where one failed.
 * @param alpha opacity of a variant's curve
 */
export function drawMarks(plot: uPlot, curves: readonly Curve[], alpha: (name: string) => number): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const size = 4.5 * ratio;
  const foot = bbox.top + bbox.height - size;
  ctx.save();
  ctx.lineWidth = 2 * ratio;
  ctx.lineCap = 'round';
  for (const curve of curves) {
    ctx.strokeStyle = withAlpha(curve.style.colour, alpha(curve.name));
    for (const mark of curve.notANumber) {
      const x = plot.valToPos(mark.x, 'x', true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      const height = mark.y === undefined ? foot : plot.valToPos(mark.y, 'y', true);
      const y = Math.min(foot, Math.max(bbox.top + size, Number.isFinite(height) ? height : foot));
      ctx.beginPath();
      ctx.moveTo(x - size, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.moveTo(x + size, y - size);
      ctx.lineTo(x - size, y + size);
      ctx.stroke();
    }
    for (const mark of curve.counting) {
      const place = within(plot, mark);
      if (!place) continue;
      ctx.beginPath();
      ctx.arc(place[0], place[1], size, 0, 2 * Math.PI);
      ctx.stroke();
    }
    ctx.fillStyle = ctx.strokeStyle;
    for (const mark of curve.resumed) {
      const place = within(plot, mark);
      if (!place) continue;
      ctx.beginPath();
      ctx.moveTo(place[0] - 0.8 * size, place[1] - size);
      ctx.lineTo(place[0] + size, place[1]);
      ctx.lineTo(place[0] - 0.8 * size, place[1] + size);
      ctx.closePath();
      ctx.stroke();
    }
    for (const mark of curve.ended) {
      const place = within(plot, mark);
      if (!place) continue;
      const [x, y] = place;
      if (mark.kind === 'failed') {
        ctx.fillRect(x - 0.8 * size, y - 0.8 * size, 1.6 * size, 1.6 * size);
        continue;
      }
      ctx.beginPath();
      for (const side of [-0.5, 0.5]) {
        ctx.moveTo(x + side * size, y - size);
        ctx.lineTo(x + side * size, y + size);
      }
      ctx.stroke();
    }
  }
  const warned = curves.flatMap((curve) =>
    curve.warned.map((epoch) => ({ of: curve, at: plot.valToPos(epoch, 'x', true) })),
  );
  const inside = warned.filter(({ at }) => at >= bbox.left - 1 && at <= bbox.left + bbox.width + 1);
  const step = 3 * size;
  for (const { of, at, level } of stacked(inside, step, Math.floor(bbox.height / step))) {
    const base = foot + size - level * step;
    ctx.strokeStyle = withAlpha(of.style.colour, alpha(of.name));
    ctx.beginPath();
    ctx.moveTo(at, base - 2.2 * size);
    ctx.lineTo(at + 1.2 * size, base);
    ctx.lineTo(at - 1.2 * size, base);
    ctx.closePath();
    ctx.stroke();
  }
  ctx.restore();
}

/** Where a mark lies on the canvas; undefined outside of the plot. */
function within(plot: uPlot, mark: { x: number; y: number }): [number, number] | undefined {
  const { left, top, width, height } = plot.bbox;
  const [x, y] = [plot.valToPos(mark.x, 'x', true), plot.valToPos(mark.y, 'y', true)];
  return x >= left && x <= left + width && y >= top && y <= top + height ? [x, y] : undefined;
}
