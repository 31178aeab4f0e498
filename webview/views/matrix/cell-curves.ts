import type { Series } from '../../../protocol/metrics.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { Puller } from '../../shared/puller.ts';
import type { Session } from '../../shared/session.ts';

/** Points of the little curve in a cell. */
const CURVE_POINTS = 24;

/** The little curves of the cells that are drawn. Scrolling asks for them alone: scrolling changes neither file nor runs. */
export class CellCurves {
  /** By run. */
  readonly series = new Map<string, Series>();
  /** Epochs that each curve shows: it is asked for again when there are more. */
  private readonly epochs = new Map<string, number>();
  private readonly puller: Puller;

  /** @param drawn runs whose cells are drawn now */
  constructor(session: Session<'matrix'>, drawn: () => readonly RunSummary[]) {
    this.puller = new Puller(
      () => this.pull(session, drawn()),
      () => session.invalidate(),
    );
  }

  get busy(): boolean {
    return this.puller.busy;
  }

  request(): void {
    this.puller.request();
  }

  private async pull(session: Session<'matrix'>, drawn: readonly RunSummary[]): Promise<void> {
    const wanted = drawn.filter(({ id, epoch }) => epoch > 1 && this.epochs.get(id) !== epoch);
    if (wanted.length === 0) return;
    const runIds = wanted.map(({ id }) => id);
    try {
      const asked = { runIds, metrics: ['test.accuracy' as const], maxPoints: CURVE_POINTS };
      for (const one of await session.channel.request('runs/series', asked)) this.series.set(one.runId, one);
      for (const { id, epoch } of wanted) this.epochs.set(id, epoch);
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.puller.request() };
    }
  }
}
