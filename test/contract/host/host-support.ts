/** A conversation with the query process, in this process or over the pipes of a real one. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { serve } from '../../../engine/host/server.ts';
import type { Services } from '../../../engine/host/services.ts';
import type { MetricLine, Status } from '../../../engine/runs/format.ts';
import { checkResumable } from '../../../engine/studies/resume.ts';
import type { HostMethod, HostNotifications, HostParams, HostResult } from '../../../protocol/host.ts';
import { isActive } from '../../../protocol/runs.ts';

export interface Conversation {
  ask<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>>;
  /** With parameters of any kind. */
  askAnything(method: string, params: unknown): Promise<unknown>;
  changes: HostNotifications['store/changed'][];
  problems: HostNotifications['store/problem'][];
  /** Resolves when the other side has ended by itself. */
  ended: Promise<void>;
  /** Ends its input. */
  hangUp(): void;
}

/** What tests put in the place of the engine: it remembers what was asked. */
export function fakeServices(overrides: Partial<Services> = {}): Services & { asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    engineVersion: '0.0.0-test',
    check: () => ({ diagnostics: [] }),
    complete: () => [],
    insight: () => ({ parts: [], hints: [] }),
    hover: () => null,
    datasets: async () => [],
    origin: () => ({ text: '' }),
    judge: () => [],
    advise: async () => [],
    edit: () => [],
    matrix: () => ({ study: '', columns: [], common: [], rows: [], more: [], seeds: [], problems: [] }),
    locate: (_file, _text, fields) => fields.map(() => null),
    addSeeds: () => ({ edits: [], seeds: [] }),
    adopt: () => [],
    settings: () => ({ fields: [], variants: [], runs: [] }),
    compare: (file) => ({ study: 'test', file, seeds: [], rows: [], outdated: [], earlier: [] }),
    across: () => ({ table: { columns: [], rows: [] }, unread: [] }),
    start: async (request) => {
      asked.push(request);
      return [];
    },
    async stop(runs) {
      const active = runs.filter(({ state }) => isActive(state));
      for (const { id } of active) asked.push(['stop', id]);
      return active;
    },
    look: async () => '',
    stopAnalysis: async (run, name) => void asked.push(['stopAnalysis', run.id, name]),
    resume: async (runs, { threads }) => {
      checkResumable(runs);
      asked.push(['resume', runs.map(({ id }) => id), threads]);
      return [];
    },
    checked: async (answer) => answer,
    tool: async (name) => ({ text: name, failed: false }),
    probe: () => Promise.reject(new Error('not asked')),
    close: () => {},
    analyse: async (runs, question) => {
      asked.push(['analyse', runs.map(({ id }) => id), question]);
      return [];
    },
    ...overrides,
  };
}

export function talkTo(services: Services, report: (line: string) => void = () => {}): Conversation {
  const toHost = new PassThrough();
  const fromHost = new PassThrough();
  const ended = serve(toHost, fromHost, services, report);
  return { ...conversation(fromHost, toHost), ended, hangUp: () => void toHost.end() };
}

export function talkToProcess(command: string[]): Conversation & { child: ChildProcessWithoutNullStreams } {
  const child = spawn(command[0]!, command.slice(1), { stdio: 'pipe' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return { ...conversation(child.stdout, child.stdin), ended, child, hangUp: () => void child.stdin.end() };
}

/** The other end of a query process that writes to `from` and reads `to`. */
export function conversation(from: NodeJS.ReadableStream, to: NodeJS.WritableStream) {
  const connection: MessageConnection = createMessageConnection(
    new StreamMessageReader(from),
    new StreamMessageWriter(to),
  );
  const changes: HostNotifications['store/changed'][] = [];
  const problems: HostNotifications['store/problem'][] = [];
  connection.onNotification('store/changed', (params) => void changes.push(params));
  connection.onNotification('store/problem', (params) => void problems.push(params));
  connection.listen();
  const askAnything = (method: string, params: unknown): Promise<unknown> => connection.sendRequest(method, params);
  return {
    ask: <M extends HostMethod>(method: M, params: HostParams<M>) =>
      askAnything(method, params) as Promise<HostResult<M>>,
    askAnything,
    changes,
    problems,
  };
}

/** A store written by hand, in the format, and nothing else. */
export class TestStore {
  readonly root = mkdtempSync(join(tmpdir(), 'lif-host-'));
  readonly store = join(this.root, '.lif');
  readonly file = join(this.root, 'study.lif.yaml');

  folder(id: string): string {
    return join(this.store, 'runs', id);
  }

  addRun(
    id: string,
    run: { variant?: string; seed?: number; status?: Partial<Status>; createdAt?: number } = {},
  ): void {
    mkdirSync(this.folder(id), { recursive: true });
    const { variant = 'baseline', seed = 1, createdAt = 1_700_000_000_000 } = run;
    this.write(id, 'run.json', {
      format: 1,
      id,
      createdAt,
      key: `key-${variant}-${seed}`,
      spec: { study: 'Test study', variant, seed, file: this.file, training: { epochs: 4 } },
      provenance: {},
    });
    this.setStatus(id, run.status ?? {});
  }

  setStatus(id: string, status: Partial<Status>): void {
    this.write(id, 'status.json', {
      state: 'finished',
      heartbeat: Date.now(),
      epoch: 4,
      epochs: 4,
      progress: 1,
      seconds: 2,
      samplesPerSecond: 100,
      ...status,
    });
  }

  append(id: string, lines: readonly MetricLine[]): void {
    writeFileSync(join(this.folder(id), 'metrics.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''), {
      flag: 'a',
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private write(id: string, name: string, value: unknown): void {
    writeFileSync(join(this.folder(id), name), JSON.stringify(value));
  }
}

/** An epoch's line with this accuracy on training and test set. */
export function epochLine(epoch: number, accuracy: number): MetricLine {
  const score = { loss: 1 - accuracy, accuracy };
  return { kind: 'epoch', step: epoch * 10, epoch, learningRate: 0.01, train: score, test: score, seconds: 0.5 };
}

/** Waits until `look` gives something. */
export async function eventually<T>(what: string, look: () => T | undefined | false, timeoutMs = 15_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
