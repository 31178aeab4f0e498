/** Analyses on small networks, without a store. */
import type { AnalysisContext } from '../../../engine/analysis/analysis.ts';
import type { Network } from '../../../engine/backends/backend.ts';
import { BACKENDS } from '../../../engine/backends/registry.ts';
import type { PreparedDataset } from '../../../engine/datasets/dataset.ts';
import { type RunSpec, settingsSchema } from '../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../engine/models/build/network.ts';
import type { NetworkPlan } from '../../../engine/models/plan.ts';

export interface Asked<R> {
  context: AnalysisContext<R>;
  plan: NetworkPlan;
  network: Network;
  progress: number[];
}

/** @param fields of the settings, besides the data set, which is given */
export async function contextOf<R>(
  backend: keyof typeof BACKENDS,
  data: PreparedDataset,
  fields: object,
  threads = 2,
): Promise<Asked<R>> {
  const settings = settingsSchema.parse({ dataset: { name: 'delayed-xor' }, ...fields });
  const plan = planNetwork(settings, data);
  const network = await BACKENDS[backend].open(plan, data, { batchSize: 8, threads, seed: 5 });
  const spec: RunSpec = { ...settings, study: 'S', variant: 'a', seed: 5, file: '/s.lif.yaml' };
  const progress: number[] = [];
  const context: AnalysisContext<R> = {
    network,
    data,
    plan,
    spec,
    open: () => Promise.reject(new Error('There is no other.')),
    progress: (done) => progress.push(done),
    earlier: undefined,
    publish: () => {},
    signal: new AbortController().signal,
  };
  return { context, plan, network, progress };
}
