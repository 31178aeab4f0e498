import uPlot from 'uplot';
import { type Coverage, coverage, isOn } from './coverage.ts';

const linear = uPlot.paths.linear!();

/** What is drawn of one chart column by column, and how. */
interface DenseLine {
  covered: Coverage;
  /** In pixels of the canvas: on, off, on … */
  dash: readonly number[];
  colour: () => string;
}

/**
 * Lines with a point in every pixel are drawn as what they cover of each column of pixels, in place of an outline around
 * thousands of corners, for which a browser without a graphics card takes ten times as long.
 */
export class DenseLines {
  private readonly lines = new Map<number, DenseLine>();

  /**
   * Paths of a line where it is not dense; else none, and `draw` draws it.
   * @param width of the line in CSS pixels, and its dash likewise
   * @param colour asked for when it is drawn
   */
  paths(width: number, dash: readonly number[], colour: () => string): uPlot.Series.PathBuilder {
    return (plot, index, from, to) => {
      this.lines.delete(index);
      const { left, width: pixels } = plot.bbox;
      if (width === 0 || to - from < pixels) return linear(plot, index, from, to);
      const covered = coverage(pixelsOf(plot, 0, 'x', from, to), pixelsOf(plot, index, 'y', from, to), {
        left: Math.round(left),
        columns: Math.round(pixels),
        width: width * uPlot.pxRatio,
      });
      this.lines.set(index, { covered, dash: dash.map((part) => part * uPlot.pxRatio), colour });
      return null;
    };
  }

  readonly draw = (plot: uPlot, index: number): void => {
    const line = this.lines.get(index);
    if (!line) return;
    const { ctx, bbox } = plot;
    const { covered, dash, colour } = line;
    const [least, greatest] = [bbox.top, bbox.top + bbox.height];
    ctx.fillStyle = colour();
    for (let column = 0; column < covered.low.length; column++) {
      const low = Math.max(least, covered.low[column]!);
      const high = Math.min(greatest, covered.high[column]!);
      if (high > low && isOn(dash, column)) ctx.fillRect(covered.left + column, low, 1, high - low);
    }
  };
}

/** Where the values [from, to] of a series lie on the canvas; NaN where there is none. */
function pixelsOf(plot: uPlot, index: number, name: 'x' | 'y', from: number, to: number): Float64Array {
  const values = plot.data[index]!;
  const { min, max, distr } = plot.scales[name]!;
  const scale = distr === 3 ? Math.log : (value: number): number => value;
  const [start, end] = [plot.valToPos(min!, name, true), plot.valToPos(max!, name, true)];
  const rise = (end - start) / (scale(max!) - scale(min!));
  const offset = start - rise * scale(min!);
  const out = new Float64Array(to - from + 1);
  for (let i = from; i <= to; i++) {
    const value = values[i];
    out[i - from] = value == null ? Number.NaN : offset + rise * scale(value);
  }
  return out;
}
