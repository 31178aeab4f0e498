/** A peer in a process of its own: one JSON line there for each command, one back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Loading builds the dense input and may compile; nothing takes longer. */
const ANSWER_MS = 20 * 60_000;

export class PeerProcess {
  private waiting: ((answer: Record<string, unknown>) => void) | undefined;
  private ended: string | undefined;
  private lastWords = '';

  private constructor(private readonly child: ChildProcess) {
    createInterface({ input: child.stdout! }).on('line', (line) => this.answer(JSON.parse(line)));
    child.stderr!.on('data', (chunk) => {
      this.lastWords = (this.lastWords + chunk).slice(-2000);
    });
    child.stdin!.on('error', () => {});
    child.on('error', (error) => this.end(error.message));
    child.on('close', (code, signal) =>
      this.end(this.lastWords.match(/^.*Error: .*$/m)?.[0] ?? `it ended with ${signal ?? `code ${code}`}`),
    );
  }

  static start(command: string, args: string[]): PeerProcess {
    const env = { ...process.env, PYTHONWARNINGS: 'ignore', PYTHONDONTWRITEBYTECODE: '1' };
    return new PeerProcess(spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env }));
  }

  /** The answer to a command. Rejects with one sentence when the peer fails. */
  ask<T>(command: object): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(new Error(this.ended));
      const timer = setTimeout(() => this.child.kill('SIGKILL'), ANSWER_MS);
      this.waiting = (answer) => {
        clearTimeout(timer);
        this.waiting = undefined;
        if (answer.error) reject(new Error(String(answer.error)));
        else resolve(answer as T);
      };
      this.child.stdin!.write(`${JSON.stringify(command)}\n`);
    });
  }

  private answer(answer: Record<string, unknown>): void {
    this.waiting?.(answer);
  }

  private end(reason: string): void {
    this.ended ??= reason;
    this.waiting?.({ error: this.ended });
  }

  close(): void {
    this.child.stdin!.end();
  }
}
