/** Following metrics.jsonl of one run: what it says, and what could not be read of it. */
import { join } from 'node:path';
import { type MetricLine, metricSchema } from '../format.ts';
import { addLine, emptyHistory, type History } from './history.ts';
import { LineTail } from './tail.ts';

export class MetricsReader {
  history: History = emptyHistory();
  private readonly tail: LineTail;
  private lines = 0;
  private bad = 0;
  private firstBad = 0;
  /** Line that could not be read, if it was the last one: harmless when the next one is a `resume`. */
  private torn = 0;
  private problem = '';

  constructor(folder: string) {
    this.tail = new LineTail(join(folder, 'metrics.jsonl'));
  }

  /** Bytes read so far, and whether the last look left some for the next. */
  get bytes(): number {
    return this.tail.bytes;
  }
  get behind(): boolean {
    return this.tail.behind;
  }

  /** Reads what is new, about `limit` bytes at a time; true when there was anything. */
  refresh(limit?: number): boolean {
    const before = this.problem;
    let changed = false;
    this.problem = this.tail.read(
      {
        line: (text) => {
          changed = true;
          this.add(text);
        },
        reset: () => {
          changed = true;
          this.history = emptyHistory();
          this.lines = this.bad = this.firstBad = this.torn = 0;
        },
      },
      limit,
    );
    return changed || this.problem !== before;
  }

  get damage(): string[] {
    const bad = this.bad + (this.torn ? 1 : 0);
    const lines = bad === 1 ? '1 line' : `${bad} lines`;
    return [
      ...(this.problem ? [`metrics.jsonl ${this.problem}.`] : []),
      ...(bad ? [`metrics.jsonl: ${lines} could not be read, the first is line ${this.firstBad || this.torn}.`] : []),
    ];
  }

  private add(text: string | null): void {
    this.lines++;
    const line = text === null ? undefined : parseMetric(text);
    if (this.torn && line?.kind !== 'resume') this.countBad(this.torn);
    this.torn = 0;
    if (!line) this.torn = this.lines;
    else if (!addLine(this.history, line)) this.countBad(this.lines);
  }

  private countBad(line: number): void {
    this.bad++;
    this.firstBad ||= line;
  }
}

/** What metrics.jsonl of a run says now. */
export function readHistory(folder: string): History {
  const reader = new MetricsReader(folder);
  reader.refresh();
  return reader.history;
}

function parseMetric(text: string): MetricLine | undefined {
  try {
    return metricSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
