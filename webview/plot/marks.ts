import type uPlot from 'uplot';
import { withAlpha } from '../shared/theme.ts';
import type { Curve } from './model.ts';

/**
 * A cross where a curve stops being a number: at its last value, or at the foot of the plot. A triangle at the foot where a
 * warning begins. A ring where the epoch is that counts.
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
      const [x, y] = [plot.valToPos(mark.x, 'x', true), plot.valToPos(mark.y, 'y', true)];
      const inside = x >= bbox.left && x <= bbox.left + bbox.width && y >= bbox.top && y <= bbox.top + bbox.height;
      if (!inside) continue;
      ctx.beginPath();
      ctx.arc(x, y, size, 0, 2 * Math.PI);
      ctx.stroke();
    }
    for (const epoch of curve.warned) {
      const x = plot.valToPos(epoch, 'x', true);
      if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) continue;
      ctx.beginPath();
      ctx.moveTo(x, foot - 1.2 * size);
      ctx.lineTo(x + 1.2 * size, foot + size);
      ctx.lineTo(x - 1.2 * size, foot + size);
      ctx.closePath();
      ctx.stroke();
    }
  }
  ctx.restore();
}
