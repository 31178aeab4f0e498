/** The query process as the extension starts it: how long it takes to answer, and until it tells of what was written. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { type HostMethod, type HostParams, type HostResult, PROTOCOL_VERSION } from '../../protocol/host.ts';
import type { Metric } from '../../protocol/metrics.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { median } from '../statistics.ts';
import { type LargeStudy, nextEpoch } from './stores.ts';

class Host {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly connection: MessageConnection;

  /** What it remembers of the store goes with the store. */
  constructor(store: string) {
    this.child = spawn(process.execPath, [resolve('dist/lif.mjs'), 'host'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, LIF_DATA: join(dirname(store), 'data') },
    });
    this.connection = createMessageConnection(
      new StreamMessageReader(this.child.stdout),
      new StreamMessageWriter(this.child.stdin),
    );
    this.connection.listen();
  }

  ask<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>> {
    return this.connection.sendRequest(method, params);
  }

  /** When the next change of a run is told. */
  told(id: string): Promise<number> {
    return new Promise((done) => {
      const heard = this.connection.onNotification('store/changed', ({ changed }: { changed: RunSummary[] }) => {
        if (!changed.some((run) => run.id === id)) return;
        heard.dispose();
        done(performance.now());
      });
    });
  }

  end(): void {
    this.child.stdin.end();
  }
}

const METRICS: Metric[] = ['test.accuracy', 'test.loss'];

/**
 * Milliseconds from the start of the process to the first comparison of a large study and to that with all of its runs: when
 * nobody has read the store before, and when somebody has. And for a comparison by a process that knows the store.
 */
export async function firstAnswers({ file, store, ids }: LargeStudy): Promise<Record<string, number>> {
  const first = await opened(file, store, ids.length);
  first.host.end();
  const again: Opened[] = [];
  for (let i = 0; i < 5; i++) {
    again.push(await opened(file, store, ids.length));
    if (i < 4) again[i]!.host.end();
  }
  const { host } = again.at(-1)!;
  const warm: number[] = [];
  for (let i = 0; i < 5; i++) {
    const asked = performance.now();
    await host.ask('runs/compare', { file });
    warm.push(performance.now() - asked);
  }
  host.end();
  const firsts = again.map(({ rows }) => rows);
  return {
    'store never read: first rows': first.rows,
    'store never read: all runs': first.whole,
    'store read before: first rows, median of 5': median(firsts),
    'store read before: first rows, longest': Math.max(...firsts),
    'store read before: all runs, median of 5': median(again.map(({ whole }) => whole)),
    'compare, median of 5': median(warm),
    'compare, longest': Math.max(...warm),
  };
}

interface Opened {
  host: Host;
  rows: number;
  whole: number;
}

async function opened(file: string, store: string, runs: number): Promise<Opened> {
  const began = performance.now();
  const host = new Host(store);
  await host.ask('host/initialize', { version: PROTOCOL_VERSION, stores: [store] });
  let rows = 0;
  for (;;) {
    const comparison = await host.ask('runs/compare', { file });
    rows ||= performance.now() - began;
    const found = comparison.rows.reduce((sum, row) => sum + row.runs.length, 0);
    if (found === runs) return { host, rows, whole: performance.now() - began };
    // As a view does, which draws in between.
    await new Promise((done) => setTimeout(done, 250));
  }
}

/** Milliseconds from what is written to when it is told, and to when comparison and curves have been answered. */
export async function liveness(study: LargeStudy, rounds: number): Promise<Record<string, number>> {
  const host = new Host(study.store);
  await host.ask('host/initialize', { version: PROTOCOL_VERSION, stores: [study.store] });
  await host.ask('runs/compare', { file: study.file });
  const id = study.ids[0]!;
  const told: number[] = [];
  const answered: number[] = [];
  for (let epoch = 21; epoch < 21 + rounds; epoch++) {
    // At any time between two looks of the process.
    await new Promise((done) => setTimeout(done, 700 + ((epoch * 137) % 500)));
    const news = host.told(id);
    const written = performance.now();
    nextEpoch(study, id, epoch, 200);
    told.push((await news) - written);
    await host.ask('runs/compare', { file: study.file });
    await host.ask('runs/series', { runIds: [id], metrics: METRICS, maxPoints: 4096 });
    answered.push(performance.now() - written);
  }
  host.end();
  return {
    'told, median': median(told),
    'told, longest': Math.max(...told),
    'answered, median': median(answered),
    'answered, longest': Math.max(...answered),
  };
}

/** Milliseconds to read long logs for the first time, and for a part of them then, all curves in one request. */
export async function longLogs({ store, ids }: LargeStudy, steps: number): Promise<Record<string, number>> {
  const host = new Host(store);
  await host.ask('host/initialize', { version: PROTOCOL_VERSION, stores: [store] });
  const metrics: Metric[] = ['train.loss'];
  const timed = async (from?: number, to?: number): Promise<[number, number]> => {
    const asked = performance.now();
    const range = from === undefined || to === undefined ? {} : { from, to };
    const series = await host.ask('runs/series', { runIds: ids, metrics, maxPoints: 4096, ...range });
    return [performance.now() - asked, series.reduce((sum, { total }) => sum + total, 0)];
  };
  const began = performance.now();
  let total = 0;
  // A log is read in slices, so that others are heard meanwhile.
  while (total < 0.9 * ids.length * steps) total = (await timed())[1];
  const first = performance.now() - began;
  const zoomed: number[] = [];
  for (let i = 0; i < 9; i++) zoomed.push((await timed(i, i + 4))[0]);
  host.end();
  return {
    'logs read to their end': first,
    'a part of them, median of 9': median(zoomed),
    'a part of them, longest': Math.max(...zoomed),
  };
}
