/** Slurm as tests want it: remembers what it was asked, and answers what it was told to. */
import { join } from 'node:path';
import type { Ask, Said, SlurmCommand } from '../../../../engine/executors/slurm/commands.ts';
import { slurmSchema } from '../../../../engine/experiment/schema.ts';
import { type Job, trainJobs } from '../../../../engine/jobs/job.ts';
import { createRuns } from '../../../../engine/runs/create.ts';
import { specOf, temporaryFolder } from '../../runs/fixtures.ts';

type Answer = string | { problem: string; out?: string };

export class StandIn {
  readonly asked: { command: SlurmCommand; args: readonly string[] }[] = [];
  /** A list is used up from its front; its last answer stays. */
  readonly answers: Partial<Record<SlurmCommand, Answer | Answer[]>> = { sbatch: '77\n' };

  readonly ask: Ask = async (command, args) => {
    this.asked.push({ command, args });
    const known = this.answers[command] ?? '';
    const answer = Array.isArray(known) ? (known.length > 1 ? known.shift()! : known[0]!) : known;
    return typeof answer === 'string' ? said(true, answer, '') : said(false, answer.out ?? '', answer.problem);
  };

  argsOf(command: SlurmCommand): (readonly string[])[] {
    return this.asked.filter((one) => one.command === command).map(({ args }) => args);
  }
}

const said = (ok: boolean, out: string, problem: string): Said => ({ ok, out, problem });

/** A store with this many queued runs, and their jobs. */
export function storeOf(runs: number): { store: string; jobs: Job[]; folders: string[] } {
  const store = join(temporaryFolder(), '.lif');
  const specs = Array.from({ length: runs }, (_, i) => specOf({ seed: i + 1 }));
  const folders = createRuns(store, specs, {});
  return { store, folders, jobs: trainJobs(folders) };
}

export const slurmOf = (fields: Record<string, unknown> = {}) => slurmSchema.parse(fields);
