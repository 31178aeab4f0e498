/** A backend under test: its networks are opened here, and closed after each test. */
import { afterEach } from 'vitest';
import type { Backend, Network } from '../../../../engine/backends/backend.ts';
import type { PreparedDataset } from '../../../../engine/datasets/dataset.ts';
import { settingsSchema } from '../../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../../engine/models/build/network.ts';
import type { NetworkPlan } from '../../../../engine/models/plan.ts';
import { manySamples, NETWORKS, WIDE } from './networks.ts';

const BATCH = 8;
const SEED = 5;

export interface Opened {
  network: Network;
  plan: NetworkPlan;
  data: PreparedDataset;
}

export interface Subject {
  backend: Backend;
  /** One of NETWORKS, or another network, at the beginning of its first epoch. */
  start(which: string | (typeof NETWORKS)[string], threads?: number): Promise<Opened>;
  /** A network with so much to do that one can ask it to stop in the middle. */
  startLong(): Promise<Opened>;
  /** Names of those of NETWORKS that it does not refuse. */
  networks: string[];
  /** One of NETWORKS as a plan. */
  planOf(which: string | (typeof NETWORKS)[string]): { plan: NetworkPlan; data: PreparedDataset };
  options: { batchSize: number; threads: number; seed: number };
}

export const inOrder = ({ sizes }: PreparedDataset): Uint32Array => new Uint32Array(sizes.train).map((_, i) => i);

export function subjectOf(backend: Backend): Subject {
  const open: Network[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((network) => network.close()));
  });
  const options = { batchSize: BATCH, threads: 2, seed: SEED };
  const planFor = (settings: object, data: PreparedDataset): NetworkPlan =>
    planNetwork(settingsSchema.parse({ dataset: { name: 'delayed-xor' }, ...settings }), data);
  const begin = async (plan: NetworkPlan, data: PreparedDataset, threads: number): Promise<Opened> => {
    const network = await backend.open(plan, data, { ...options, threads });
    open.push(network);
    network.beginEpoch(0, inOrder(data));
    return { network, plan, data };
  };
  const planOf = (which: string | (typeof NETWORKS)[string]): { plan: NetworkPlan; data: PreparedDataset } => {
    const { data: make, settings } = typeof which === 'string' ? NETWORKS[which]! : which;
    const data = make();
    return { plan: planFor(settings, data), data };
  };
  return {
    backend,
    options,
    networks: Object.keys(NETWORKS).filter((which) => backend.refuses(planOf(which).plan) === undefined),
    planOf,
    start(which, threads = 2) {
      const { plan, data } = planOf(which);
      return begin(plan, data, threads);
    },
    startLong() {
      const data = manySamples();
      return begin(planFor({ network: WIDE }, data), data, 2);
    },
  };
}
