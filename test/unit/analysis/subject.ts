/** Small networks for analyses, opened as a job opens them. */
import type { Analysis, AnalysisContext, Subject } from '../../../engine/analysis/analysis.ts';
import { BACKENDS } from '../../../engine/backends/registry.ts';
import type { PreparedDataset } from '../../../engine/datasets/dataset.ts';
import { type RunSpec, settingsSchema } from '../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../engine/models/build/network.ts';
import type { Tensor } from '../../../engine/models/parameters.ts';

const SEED = 5;

/** Untrained, with the weights of a seed; close it. */
export async function subjectOf(data: PreparedDataset, settings: object = {}, threads = 2): Promise<Subject> {
  const parsed = settingsSchema.parse({ dataset: { name: 'delayed-xor' }, network: { hidden: [12] }, ...settings });
  const spec: RunSpec = { ...parsed, study: 'S', variant: 'v', seed: SEED, file: '/nowhere/s.lif.yaml' };
  const plan = planNetwork(spec, data);
  const network = await BACKENDS[spec.backend].open(plan, data, { batchSize: 8, threads, seed: SEED });
  return { network, data, plan, spec };
}

export interface Asked<R> {
  earlier?: R;
  signal?: AbortSignal;
  /** Called with a copy of every part that is published. */
  published?: (part: R) => void;
  open?: AnalysisContext<R>['open'];
}

/** Asks with complete parameters; the answer goes through the schema of the analysis, as in a job. */
export async function ask<P, R>(
  analysis: Analysis<P, R>,
  subject: Subject,
  params: Record<string, unknown> = {},
  { earlier, signal = new AbortController().signal, published, open }: Asked<R> = {},
): Promise<R> {
  const context: AnalysisContext<R> = {
    ...subject,
    open: open ?? (() => Promise.reject(new Error('nothing else can be opened here'))),
    progress: () => {},
    earlier,
    publish: (part) => published?.(structuredClone(part)),
    signal,
  };
  return analysis.result.parse(await analysis.run(context, analysis.params.parse(params)));
}

/** By name. */
export function byName(tensors: readonly Tensor[]): Map<string, Tensor> {
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}
