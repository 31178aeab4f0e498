/**
 * What a key does on a chart: the grid point to go to, `reset` the zoom, `closer`, `further`, `leave` the chart, or nothing.
 * @param points grid points of the chart, at least one
 * @param index where the cursor is
 */
export function keyTarget(
  event: { key: string; shiftKey: boolean },
  points: number,
  index: number | undefined,
): number | 'reset' | 'closer' | 'further' | 'leave' | undefined {
  const last = points - 1;
  const step = event.shiftKey ? 10 : 1;
  const page = Math.max(1, Math.round(points / 10));
  const within = (index: number): number => Math.min(last, Math.max(0, index));
  switch (event.key) {
    case 'ArrowLeft':
      return index === undefined ? last : within(index - step);
    case 'ArrowRight':
      return index === undefined ? 0 : within(index + step);
    case 'PageUp':
      return within((index ?? last) - page);
    case 'PageDown':
      return within((index ?? 0) + page);
    case 'End':
      return last;
    case 'Home':
      return 'reset';
    case '+':
    case '=':
      return 'closer';
    case '-':
      return 'further';
    case 'Escape':
      return 'leave';
    default:
      return undefined;
  }
}
