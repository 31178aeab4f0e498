/** Processes that look into samples for the editor: one for each run that is looked at, a few at most, gone when idle. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { SampleAnswer, SampleQuestion } from '../../protocol/analyses/sample.ts';
import { inTime, patienceFor } from '../../protocol/calls.ts';
import { UserError } from '../base/errors.ts';

/** Two variants side by side, and the two before them. */
const MAX_OPEN = 4;
const IDLE_MS = 120_000;
/** Longer lines are no answers. */
const MAX_LINE = 64 * 1024 * 1024;

interface Waiting {
  resolve(answer: SampleAnswer): void;
  reject(error: Error): void;
}

export class Probes {
  private readonly open = new Map<string, Probe>();

  /** @param lif program and first arguments that start `lif` again. */
  constructor(private readonly lif: string[]) {}

  /** Rejects with a UserError. @param folder of the run */
  async ask(folder: string, question: SampleQuestion): Promise<SampleAnswer> {
    const known = this.open.get(folder);
    const probe = known?.alive ? known : new Probe(this.lif, folder);
    // The one that was asked last is closed last.
    this.open.delete(folder);
    this.open.set(folder, probe);
    for (const [other, one] of this.open) {
      if (this.open.size <= MAX_OPEN) break;
      one.close();
      this.open.delete(other);
    }
    try {
      const patience = patienceFor('samples/probe', 'engine');
      return await inTime(
        probe.ask(question),
        patience,
        `The network did not answer within ${patience / 1000} s; try again.`,
      );
    } catch (error) {
      if (!(error instanceof UserError)) probe.close();
      throw new UserError((error as Error).message);
    }
  }

  close(): void {
    for (const probe of this.open.values()) probe.close();
    this.open.clear();
  }
}

class Probe {
  alive = true;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: Waiting[] = [];
  private idle: NodeJS.Timeout | undefined;
  private errors = '';

  constructor(lif: string[], folder: string) {
    this.child = spawn(lif[0]!, [...lif.slice(1), 'probe', folder], { stdio: 'pipe', windowsHide: true });
    this.child.stderr.on('data', (text) => {
      this.errors = (this.errors + text).slice(-2000);
    });
    this.child.stdin.on('error', () => {});
    this.child.on('error', (error) => this.end(error.message));
    this.child.on('exit', () => this.end(this.errors.trim().split('\n').at(-1) ?? ''));
    createInterface({ input: this.child.stdout }).on('line', (line) => this.take(line));
  }

  ask(question: SampleQuestion): Promise<SampleAnswer> {
    clearTimeout(this.idle);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }

  close(): void {
    clearTimeout(this.idle);
    this.alive = false;
    this.child.kill('SIGKILL');
  }

  private take(line: string): void {
    const waiting = this.waiting.shift();
    if (!waiting) return;
    try {
      if (line.length > MAX_LINE) throw new UserError('The answer is too long to be shown.');
      const reply = JSON.parse(line);
      if (reply.answer === undefined) throw new UserError(String(reply.refusal));
      waiting.resolve(reply.answer);
    } catch (error) {
      waiting.reject(error as Error);
    }
    if (this.waiting.length === 0) this.idle = setTimeout(() => this.close(), IDLE_MS).unref();
  }

  private end(why: string): void {
    this.alive = false;
    clearTimeout(this.idle);
    const message = `The network could not be looked into: ${why || 'its process ended'}.`;
    for (const { reject } of this.waiting.splice(0)) reject(new UserError(message));
  }
}
