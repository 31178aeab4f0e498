/** What settings mean: those that mean the same give runs of the same bits, whatever is written. */
import { shapeOf } from '../datasets/describe.ts';
import { planNetwork } from '../models/build/network.ts';
import type { NetworkPlan } from '../models/plan.ts';
import { idleFields, without } from './checks/idle.ts';
import { type Settings, settingsSchema } from './schema.ts';

/**
 * Network, data and training as one text, as if the fields that change nothing had not been written.
 * @param plan the network of these settings, where it is known already
 */
export function meaningOf(settings: Settings, plan = planOf(settings)): string {
  const idle = idleFields(settings).map(({ field }) => field);
  const meant = idle.length === 0 ? settings : settingsSchema.parse(without(settings, idle));
  const network = idle.length === 0 ? plan : planOf(meant);
  return JSON.stringify([network, meant.backend, meant.dataset, meant.training]);
}

const planOf = (settings: Settings): NetworkPlan => planNetwork(settings, shapeOf(settings.dataset));
