/**
 * What a key does on a chart: the grid point to go to, `reset` the zoom, `leave` the chart, or nothing.
 * @param points grid points of the chart, at least one
 * @param at where the cursor is
 */
export function keyTarget(
  event: { key: string; shiftKey: boolean },
  points: number,
  at: number | undefined,
): number | 'reset' | 'leave' | undefined {
  const last = points - 1;
  const step = event.shiftKey ? 10 : 1;
  const page = Math.max(1, Math.round(points / 10));
  const within = (index: number): number => Math.min(last, Math.max(0, index));
  switch (event.key) {
    case 'ArrowLeft':
      return at === undefined ? last : within(at - step);
    case 'ArrowRight':
      return at === undefined ? 0 : within(at + step);
    case 'PageUp':
      return within((at ?? last) - page);
    case 'PageDown':
      return within((at ?? 0) + page);
    case 'End':
      return last;
    case 'Home':
      return 'reset';
    case 'Escape':
      return 'leave';
    default:
      return undefined;
  }
}
