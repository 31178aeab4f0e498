/** The script of an array, and the arguments of sbatch. The script is the only thing here that a shell reads. */
import type { Slurm } from '../../experiment/schema.ts';

/** One word of bash, whatever is in it. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * `setup` as it stands in the file, then LIF Lab in place of the shell, so that Slurm's warning reaches it: `command` is
 * program and arguments, to which the number of the task is added.
 */
export function scriptText(setup: readonly string[], command: readonly string[]): string {
  const lines = setup.length > 0 ? ['set -e', ...setup, 'set +e'] : [];
  return ['#!/bin/bash', ...lines, `exec ${command.map(quoted).join(' ')} "$SLURM_ARRAY_TASK_ID"`, ''].join('\n');
}

/** Seconds of a time as Slurm writes it; the schema has checked its form. */
export function secondsOf(time: string): number {
  const [days, rest] = time.includes('-') ? (time.split('-') as [string, string]) : [undefined, time];
  const parts = rest.split(':').map(Number);
  // With days the first is hours; without, one number is minutes and two are minutes and seconds.
  const [h, m, s] =
    days !== undefined ? [parts[0], parts[1], parts[2]] : parts.length === 3 ? parts : [0, parts[0], parts[1]];
  return Number(days ?? 0) * 86_400 + (h ?? 0) * 3600 + (m ?? 0) * 60 + (s ?? 0);
}

/** Time for a last checkpoint before the limit; Slurm looks about every half minute. */
export function warningOf(limitSeconds: number): number {
  return Math.max(1, Math.min(120, Math.floor(limitSeconds / 4)));
}

export interface ArrayOptions {
  name: string;
  tasks: number;
  outputs: string;
  script: string;
  warnSeconds: number;
  exclude: readonly string[];
  /** Array that has to end before. */
  after?: string | undefined;
}

export function sbatchArgs(slurm: Slurm, array: ArrayOptions): string[] {
  const { partition, account, qos, constraint, throttle, time, memory, cpus, gpus } = slurm;
  const optional = { partition, account, qos, constraint };
  return [
    '--parsable',
    `--job-name=lif-${array.name}`,
    `--array=0-${array.tasks - 1}${throttle === undefined ? '' : `%${throttle}`}`,
    ...Object.entries(optional).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
    `--time=${time}`,
    `--mem=${memory}`,
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${cpus}`,
    ...(gpus > 0 ? [`--gpus-per-node=${gpus}`] : []),
    ...(array.exclude.length > 0 ? [`--exclude=${array.exclude.join(',')}`] : []),
    ...(array.after === undefined ? [] : [`--dependency=afterany:${array.after}`]),
    '--requeue',
    '--open-mode=append',
    `--signal=B:USR2@${array.warnSeconds}`,
    // What Slurm would take for a pattern stands for itself.
    `--output=${array.outputs.replaceAll('%', '%%')}/%a.out`,
    array.script,
  ];
}
