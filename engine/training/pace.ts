/** Time: how long a run has trained, and how many weight updates fit between two looks at the clock. */

/** Milliseconds that one command to the backend should take: the pace of progress, stopping and checkpoints. */
const COMMAND_MS = 100;

export class Stopwatch {
  private readonly began = performance.now();
  constructor(private readonly before: number) {}
  seconds(): number {
    return this.before + (performance.now() - this.began) / 1000;
  }
}

/** How many weight updates the next command should ask for. */
export class Pace {
  updates = 1;

  constructor(private readonly limit: number) {}

  /** Of the last command. */
  took(updates: number, milliseconds: number): void {
    this.updates = Math.max(1, Math.min(this.limit, Math.round((COMMAND_MS / milliseconds) * updates)));
  }
}
