import type { Session } from '../../shared/session.ts';

/** The logs that are open, and what they say; undefined while it is being read. */
export type Logs = ReadonlyMap<string, string | undefined>;

/** Of the end of a log. */
const LOG_BYTES = 16_384;

/** The logs of runs that somebody has opened. */
export class RunLogs {
  private readonly texts = new Map<string, string | undefined>();

  constructor(private readonly session: Session<'compare'>) {}

  get open(): Logs {
    return this.texts;
  }

  toggle(runId: string): void {
    if (this.texts.delete(runId)) this.session.invalidate();
    else {
      this.texts.set(runId, undefined);
      this.session.act(`log:${runId}`, () => this.read(runId));
    }
  }

  async pull(): Promise<void> {
    await Promise.all([...this.texts.keys()].map((id) => this.read(id)));
  }

  private async read(runId: string): Promise<void> {
    try {
      const text = await this.session.channel.request('runs/log', { runId, maxBytes: LOG_BYTES });
      if (this.texts.has(runId)) this.texts.set(runId, text || 'The log is empty.');
    } catch (error) {
      if (this.texts.get(runId) === undefined) this.texts.delete(runId);
      throw error;
    }
  }
}
