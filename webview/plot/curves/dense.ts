import uPlot from 'uplot';

/** Paths of uPlot may say how wide they are stroked; its types do not. */
type Stroked = uPlot.Series.Paths & { _width?: number };

const linear = uPlot.paths.linear!();
/** Parts of half the width that hairlines lie apart of the line, to three sides: so it is as wide in every direction. */
const SIDES = [90, 210, 330].map((degrees) => (degrees * Math.PI) / 180);

/**
 * Lines with a point in every pixel are drawn as three hairlines in place of a wide one: a browser without a graphics card
 * takes ten times as long for the outline of a wide line around thousands of corners, and at that density nobody sees one.
 * @param width of the line in CSS pixels
 */
export function linePaths(width: number): uPlot.Series.PathBuilder {
  return (plot, series, from, to) => {
    const paths: Stroked | null = linear(plot, series, from, to);
    const pixels = plot.bbox.width;
    if (!paths || uPlot.pxRatio > 1 || width <= 1 || to - from < pixels) return paths;
    const { stroke } = paths;
    if (!(stroke instanceof Path2D)) return paths;
    const apart = (width - 1) / 2;
    const lines = new Path2D();
    for (const side of SIDES) lines.addPath(stroke, { e: apart * Math.cos(side), f: apart * Math.sin(side) });
    return { ...paths, stroke: lines, _width: 1 } as Stroked;
  };
}
