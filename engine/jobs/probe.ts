/** Questions about single samples, answered for as long as somebody asks: the network of one checkpoint stays open. */
import { createInterface } from 'node:readline';
import type { SampleAnswer, SampleQuestion } from '../../protocol/analyses/sample.ts';
import type { Subject } from '../analysis/analysis.ts';
import { sampleOf } from '../analysis/sample.ts';
import { UserError } from '../base/errors.ts';
import { findCheckpoint, listCheckpoints, readCheckpoint } from '../runs/checkpoints.ts';
import { idOf } from '../runs/folder.ts';
import { decodeSafetensors } from '../runs/safetensors.ts';
import { readRun } from './claim.ts';
import { reasonOfFailure } from './endings.ts';
import { parseQuestion } from './sample-question.ts';
import { openSubject } from './subject.ts';

/** A line of the answers: what was asked for, or a sentence. */
export type ProbeReply = { answer: SampleAnswer } | { refusal: string };

/** Answers each line of `input`, a question as JSON, with a line of JSON, in their order, until the input ends. */
export async function serveProbes(
  folder: string,
  input: NodeJS.ReadableStream,
  write: (line: string) => void,
  threads: number,
): Promise<void> {
  const probe = new CheckpointProbe(folder, threads);
  try {
    for await (const line of createInterface({ input })) {
      let reply: ProbeReply;
      try {
        reply = { answer: await probe.ask(parseQuestion(line)) };
      } catch (error) {
        reply = { refusal: error instanceof UserError ? error.message : reasonOfFailure(error) };
      }
      write(`${JSON.stringify(reply)}\n`);
    }
  } finally {
    await probe.close();
  }
}

/**
 * Weight updates of the checkpoint that is asked unless a question names one: that of the epoch that counts, as tables and analyses
 * have it; the newest while that one is not there. Throws a UserError without any.
 */
export function defaultStep(folder: string): number {
  const best = findCheckpoint(folder, 'best');
  if ('step' in best) return best.step;
  const newest = findCheckpoint(folder, 'last');
  if ('step' in newest) return newest.step;
  throw new UserError(`${idOf(folder)} ${newest.problem}.`);
}

/** The network of the checkpoint that was asked last. */
class CheckpointProbe {
  private open: { step: number; subject: Subject } | undefined;

  constructor(
    private readonly folder: string,
    private readonly threads: number,
  ) {}

  async ask(question: SampleQuestion): Promise<SampleAnswer> {
    const checkpoints = listCheckpoints(this.folder).map(({ step }) => step);
    const step = question.checkpoint ?? defaultStep(this.folder);
    if (this.open?.step !== step) await this.reopen(step);
    return { ...(await sampleOf(this.open!.subject, question)), checkpoint: step, checkpoints };
  }

  async close(): Promise<void> {
    const { open } = this;
    this.open = undefined;
    await open?.subject.network.close();
  }

  private async reopen(step: number): Promise<void> {
    const read = readCheckpoint(this.folder, step);
    if ('problem' in read) throw new UserError(`${idOf(this.folder)} ${read.problem}.`);
    await this.close();
    const { spec } = readRun(this.folder);
    const { tensors } = decodeSafetensors(read.bytes);
    // The input has an end, and so has this process.
    const { signal } = new AbortController();
    this.open = { step, subject: await openSubject(spec, tensors, { threads: this.threads, signal }) };
  }
}
