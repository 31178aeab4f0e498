/** One analysis of one trained network, asked as a job asks it, and timed. */
import { performance } from 'node:perf_hooks';
import type { Subject } from '../../engine/analysis/analysis.ts';
import { analysisOf, paramsOf } from '../../engine/analysis/registry.ts';
import type { RunSpec } from '../../engine/experiment/schema.ts';
import { openSubject } from '../../engine/jobs/subject.ts';
import type { Trained } from './subject.ts';

export interface Asked {
  result: Record<string, unknown>;
  /** With opening the network and its data. */
  seconds: number;
  /** Of all threads. */
  processorSeconds: number;
}

export async function ask(
  name: string,
  { spec, state }: Trained,
  params: Record<string, unknown>,
  threads: number,
): Promise<Asked> {
  const signal = new AbortController().signal;
  const opened: Subject[] = [];
  const open = async (of: RunSpec, maxEvents?: number): Promise<Subject> => {
    opened.push(await openSubject(of, state, { threads, signal, like: opened[0], maxEvents }));
    return opened.at(-1)!;
  };
  const analysis = analysisOf(name);
  const began = performance.now();
  const before = process.cpuUsage();
  const subject = await open(spec);
  const result = await analysis.run(
    {
      ...subject,
      open: (change, { maxEvents } = {}) => open(change(structuredClone(spec)), maxEvents),
      progress: () => {},
      publish: () => {},
      earlier: undefined,
      signal,
    },
    paramsOf(analysis, params),
  );
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  await Promise.all(opened.map(({ network }) => network.close()));
  return { result: result as Record<string, unknown>, seconds, processorSeconds: (user + system) / 1e6 };
}
