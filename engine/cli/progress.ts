/** What a person sees while runs train. It reads the store, like everybody else who looks. */

import { duration, percent, thousands } from '../../protocol/format.ts';
import { isActive, type RunSummary } from '../../protocol/runs.ts';
import { plainText } from '../../protocol/text/plain-text.ts';
import type { StoreReader } from '../runs/store.ts';
import { warningLines } from './reports.ts';
import { cut, padEnd, printable, short, widthOf } from './text.ts';

const REFRESH_MS = 250;
/** When piped, a running run has something to say at most this often. */
const PLAIN_MS = 10_000;
const BAR = 10;

const COLOURS: Record<RunSummary['state'], number> = {
  queued: 90,
  running: 36,
  finished: 32,
  stopped: 33,
  failed: 31,
  interrupted: 33,
};

export interface Screen {
  columns: number;
  rows: number;
  colour: boolean;
}

/** Seconds until a run is done at its present pace; undefined before it has one. */
export function remaining(run: RunSummary): number | undefined {
  if (run.state !== 'running' || run.progress <= 0) return undefined;
  return (run.seconds * (1 - run.progress)) / run.progress;
}

function bar(progress: number): string {
  const full = Math.floor(progress * BAR);
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

/** One line for one run. On a narrow screen the least important pieces give way. */
export function progressLine(run: RunSummary, nameWidth: number, { columns, colour }: Screen): string {
  // What a run waits for is all there is to say of it.
  if (run.state === 'queued' && run.message !== undefined)
    return cut(`${padEnd(cut(nameOf(run), nameWidth), nameWidth)}  queued: ${printable(run.message)}`, columns);
  const ended = !isActive(run.state);
  const { result } = run;
  // One line, one epoch: of a run that has ended the one that counts, of others the newest.
  const { train, test, validation } = ended && result ? result : run;
  const score = test ?? validation;
  const where = ended && result ? ` at epoch ${result.epoch}` : '';
  const last = ended && result && run.last?.test && run.last.epoch !== result.epoch ? run.last.test : undefined;
  const left = remaining(run);
  const pieces: { text: string; rank: number }[] = [
    { text: padEnd(cut(nameOf(run), nameWidth), nameWidth), rank: 0 },
    { text: run.state.padEnd(11), rank: 1 },
    { text: bar(run.progress), rank: 5 },
    { text: `${run.epoch}/${run.epochs}`.padStart(2 * String(run.epochs).length + 1), rank: 2 },
    { text: train ? `loss ${short(train.loss)}` : '', rank: 6 },
    { text: train ? `train ${percent(train.accuracy)} %` : '', rank: 7 },
    { text: score ? `held out ${percent(score.accuracy)} %${where}` : '', rank: 3 },
    { text: last ? `last ${percent(last.accuracy)} %` : '', rank: 4 },
    { text: run.samplesPerSecond > 0 ? `${thousands(run.samplesPerSecond)}/s` : '', rank: 8 },
    { text: ended ? duration(run.seconds) : left === undefined ? '' : `${duration(left)} left`, rank: 4 },
  ];
  let kept = pieces.filter((piece) => piece.text !== '');
  const width = () => kept.reduce((sum, piece) => sum + widthOf(piece.text) + 2, -2);
  while (kept.length > 1 && width() > columns) {
    const least = Math.max(...kept.map((piece) => piece.rank));
    kept = kept.filter((piece) => piece.rank !== least);
  }
  const texts = kept.map(({ text, rank }) =>
    rank === 1 && colour ? `\x1b[${COLOURS[run.state]}m${text}\x1b[0m` : text,
  );
  return kept.length === 1 ? cut(texts[0]!, columns) : texts.join('  ').trimEnd();
}

function nameOf(run: RunSummary): string {
  return `${printable(run.variant)} s${run.seed}`;
}

/** The whole block: as many runs as fit on the screen, those that train first, and a count of the others. */
export function progressBlock(runs: RunSummary[], screen: Screen): string[] {
  const room = Math.max(1, screen.rows - 2);
  const shown = runs.length <= room ? runs : mostInteresting(runs, room);
  const nameWidth = Math.min(Math.max(...runs.map((run) => widthOf(nameOf(run)))), Math.max(8, screen.columns >> 1));
  const lines = shown.map((run) => progressLine(run, nameWidth, screen));
  if (shown.length < runs.length) {
    const hidden = runs.filter((run) => !shown.includes(run));
    const states = [...new Set(hidden.map((run) => run.state))];
    const counts = states.map((state) => `${hidden.filter((run) => run.state === state).length} ${state}`);
    lines.push(cut(`… and ${counts.join(', ')}`, screen.columns));
  }
  return lines;
}

/** Not STATES_BY_URGENCY: where lines are few, one that waits says less than one that needs a look. */
function mostInteresting(runs: RunSummary[], count: number): RunSummary[] {
  const order = ['running', 'failed', 'interrupted', 'stopped', 'queued', 'finished'];
  const chosen = new Set([...runs].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).slice(0, count));
  return runs.filter((run) => chosen.has(run));
}

/** The part of a terminal that the display needs; process.stderr is one. */
export interface Output {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

/** Shows these runs until it is closed: a live block on a terminal, now and then a line otherwise. */
export class ProgressDisplay {
  private readonly timer: NodeJS.Timeout;
  /** Lines on the screen. */
  private drawn: string[] = [];
  private readonly warned = new Set<string>();
  private readonly told = new Map<string, { state: string; epoch: number; time: number }>();

  constructor(
    private readonly reader: StoreReader,
    private readonly ids: string[],
    private readonly output: Output = process.stderr,
    refreshMs = REFRESH_MS,
  ) {
    this.timer = setInterval(() => this.update(), refreshMs);
    this.update();
  }

  /** A sentence above the block. */
  say(sentence: string): void {
    this.erase();
    this.output.write(`${plainText(sentence)}\n`);
    this.update();
  }

  /** Draws the last state and leaves it there. */
  close(): void {
    clearInterval(this.timer);
    this.update();
  }

  private update(): void {
    this.reader.refresh(this.ids);
    const runs = this.ids.flatMap((id) => this.reader.summary(id) ?? []);
    if (runs.length === 0) return;
    this.warn(runs);
    if (this.output.isTTY) this.draw(runs);
    else for (const run of runs) this.tell(run);
  }

  /** The first warning of each run that trains, as soon as it shows: nobody should wait for the end to hear of it. */
  private warn(runs: RunSummary[]): void {
    for (const run of runs) {
      const [warning] = warningLines(run);
      if (run.state !== 'running' || warning === undefined || this.warned.has(run.id)) continue;
      this.warned.add(run.id);
      this.erase();
      this.output.write(`${warning}\n`);
    }
  }

  private draw(runs: RunSummary[]): void {
    const { columns = 80, rows = 24 } = this.output;
    const colour = !process.env.NO_COLOR && process.env.TERM !== 'dumb';
    const lines = progressBlock(runs, { columns: Math.max(1, columns - 1), rows, colour });
    if (lines.join('\n') === this.drawn.join('\n')) return;
    this.erase();
    this.output.write(`${lines.join('\n')}\n`);
    this.drawn = lines;
  }

  private erase(): void {
    if (this.drawn.length > 0) this.output.write(`\x1b[${this.drawn.length}A\r\x1b[J`);
    this.drawn = [];
  }

  private tell(run: RunSummary): void {
    const before = this.told.get(run.id);
    const now = performance.now();
    const news = before?.state !== run.state || (run.epoch !== before.epoch && now - before.time >= PLAIN_MS);
    if (!news || (!before && run.state === 'queued' && run.message === undefined)) return;
    this.told.set(run.id, { state: run.state, epoch: run.epoch, time: now });
    const line = progressLine(run, widthOf(nameOf(run)), { columns: 1000, rows: 0, colour: false });
    const message = run.message !== undefined && run.state !== 'queued' ? `  ${printable(run.message)}` : '';
    this.output.write(`${line}${message}\n`);
  }
}
