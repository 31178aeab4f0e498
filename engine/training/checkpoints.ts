/** When a checkpoint is due, and the last one that was written. */
import type { Network } from '../backends/backend.ts';
import type { Stopwatch } from './pace.ts';
import { encodeCheckpoint, type Position } from './position.ts';

const CHECKPOINT_SECONDS = 10;

export class Checkpoints {
  private written = performance.now();

  /** @param last what the run resumes from */
  constructor(
    private readonly network: Network,
    private readonly position: Position,
    private readonly clock: Stopwatch,
    private readonly write: (step: number, bytes: Uint8Array) => void,
    public last: Uint8Array | undefined,
    private readonly every = CHECKPOINT_SECONDS,
  ) {}

  saveWhenDue(): void {
    if (performance.now() - this.written > 1000 * this.every) this.save();
  }

  save(): void {
    this.position.seconds = this.clock.seconds();
    this.last = encodeCheckpoint(this.network, this.position);
    this.write(this.position.step, this.last);
    this.written = performance.now();
  }
}
