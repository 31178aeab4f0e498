/** Runs somebody else's program to its end, with all that it starts, or stops all of it. */
import { spawn } from 'node:child_process';

/** It could not be started, failed or took too long. */
export class ToolError extends Error {
  constructor(
    /** Continues "because": the last thing that the program said. */
    readonly reason: string,
    /** There is no such program. */
    readonly absent = false,
  ) {
    super(reason);
  }
}

export interface ToolOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  timeoutMs: number;
}

/** What is kept of the output. */
const KEPT = 16_384;

/** Resolves to its standard output. Rejects with a ToolError, or with the signal's reason when that is aborted. */
export function runTool(program: string, args: readonly string[], options: ToolOptions): Promise<string> {
  const { cwd, env, signal, timeoutMs } = options;
  signal?.throwIfAborted();
  // A group of its own on systems that have such: npm starts others. On Windows npm is a script of the shell.
  const windows = process.platform === 'win32';
  const child = spawn(program, args, {
    ...(cwd !== undefined && { cwd }),
    env: env ?? process.env,
    detached: !windows,
    shell: windows && program === 'npm',
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const kill = (): void => {
    try {
      if (windows) child.kill();
      else process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out = (out + text).slice(-KEPT);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-KEPT);
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      kill();
      reject(new ToolError(`it did not end within ${Math.ceil(timeoutMs / 1000)} s`));
    }, timeoutMs);
    const onAbort = (): void => {
      kill();
      reject(signal!.reason as Error);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(new ToolError(error.message, error.code === 'ENOENT'));
    });
    child.once('close', (code, by) => {
      settle();
      if (code === 0) resolve(out);
      else
        reject(
          new ToolError(
            complaintIn(`${out}\n${errors}`) ?? (by ? `it was ended by ${by}` : `it ended with code ${code}`),
          ),
        );
    });
  });
}

/** The line of a program's output that most likely says why it failed. */
function complaintIn(output: string): string | undefined {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)( code)?\s*/, '').trim())
    .filter((line) => line !== '' && !/complete log of this run|^at |^command |^path |^>/.test(line));
  const telling =
    lines.find((line) => /\b[Ee]rror:|\bE[A-Z]{4,}\b|[Cc]annot|not found|denied/.test(line)) ?? lines.at(-1);
  return telling?.replace(/[.;:\s]+$/, '').slice(0, 300);
}
