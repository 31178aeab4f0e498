/** When a checkpoint is due, the last one that was written, and that of the epoch that counts. */
import type { Network } from '../backends/backend.ts';
import { encodeCheckpoint, type Position } from './codec.ts';
import type { Stopwatch } from './pace.ts';

const CHECKPOINT_SECONDS = 10;

export class Checkpoints {
  private written = performance.now();
  /** Of the epoch that counts, as long as it is not written: it waits for the next one, so short epochs wait for no disk. */
  private chosen: { step: number; bytes: Uint8Array } | undefined;

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
    // It is older, so it comes first: a crash between the two leaves the run at it, and with it.
    if (this.chosen?.step !== this.position.step) this.saveChosen();
    this.chosen = undefined;
    this.last = this.encode();
    this.write(this.position.step, this.last);
    this.written = performance.now();
  }

  /** The epoch that has just ended is the one that counts from now on. */
  choose(): void {
    this.chosen = { step: this.position.step, bytes: this.encode() };
  }

  /** Writes the checkpoint of the epoch that counts unless that is done. */
  saveChosen(): void {
    const { chosen } = this;
    if (!chosen) return;
    this.chosen = undefined;
    this.last = chosen.bytes;
    this.write(chosen.step, chosen.bytes);
  }

  private encode(): Uint8Array {
    this.position.seconds = this.clock.seconds();
    return encodeCheckpoint(this.network, this.position);
  }
}
