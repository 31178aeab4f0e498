/** The query process as the extension starts it: how long it takes to answer, and until it tells of what was written. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
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
  private readonly child = spawn(process.execPath, [resolve('dist/lif.mjs'), 'host'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  readonly connection: MessageConnection = createMessageConnection(
    new StreamMessageReader(this.child.stdout),
    new StreamMessageWriter(this.child.stdin),
  );

  constructor() {
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

/** Milliseconds from the start of the process to the comparison of a large study, and for the same once it knows the store. */
export async function firstAnswers({ file, store, ids }: LargeStudy): Promise<Record<string, number>> {
  const began = performance.now();
  const host = new Host();
  await host.ask('host/initialize', { version: PROTOCOL_VERSION, stores: [store] });
  let complete = 0;
  while ((await host.ask('runs/list', {})).length < ids.length && complete++ < 1000)
    await new Promise((done) => setTimeout(done, 20));
  await host.ask('runs/compare', { file });
  const cold = performance.now() - began;
  const warm: number[] = [];
  for (let i = 0; i < 5; i++) {
    const asked = performance.now();
    await host.ask('runs/compare', { file });
    warm.push(performance.now() - asked);
  }
  host.end();
  return {
    'cold, process and store': cold,
    'compare, median of 5': median(warm),
    'compare, longest': Math.max(...warm),
  };
}

/** Milliseconds from what is written to when it is told, and to when comparison and curves have been answered. */
export async function liveness(study: LargeStudy, rounds: number): Promise<Record<string, number>> {
  const host = new Host();
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
  const host = new Host();
  await host.ask('host/initialize', { version: PROTOCOL_VERSION, stores: [store] });
  const metrics: Metric[] = ['train.loss'];
  const timed = async (from?: number, to?: number): Promise<[number, number]> => {
    const asked = performance.now();
    const range = from === undefined || to === undefined ? {} : { from, to };
    const series = await host.ask('runs/series', { runIds: ids, metrics, maxPoints: 4096, ...range });
    return [performance.now() - asked, series.reduce((sum, { total }) => sum + total, 0)];
  };
  const [first, total] = await timed();
  if (total < 0.9 * ids.length * steps) throw new Error(`Only ${total} points were found.`);
  const zoomed: number[] = [];
  for (let i = 0; i < 9; i++) zoomed.push((await timed(i, i + 4))[0]);
  host.end();
  return {
    'logs read, first request': first,
    'a part of them, median of 9': median(zoomed),
    'a part of them, longest': Math.max(...zoomed),
  };
}
