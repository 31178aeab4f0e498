/** What the paper printed. */
import type { Settings } from '../experiment/schema.ts';
import { changedComponents, fixedLeak } from './advice/components.ts';

/**
 * Table 6 of Yin et al., Understanding the Functional Roles of Modelling Components in Spiking Neural Networks (2024, arXiv
 * 2403.16674): accuracy in percent, by the name of the data set here. CIFAR-10 with recurrence is a dash there.
 */
export const TABLE_6 = {
  models: ['baseline', 'without leakage', 'complete leakage', 'without reset', 'with recurrence'],
  accuracies: {
    'delayed-xor': [77.5, 50.3, 50.5, 96.1, 98.9],
    shd: [78.58, 66.12, 5.96, 78.89, 80.43],
    ssc: [60.7, 44.44, 3.22, 60.7, 66.53],
    nmnist: [94.76, 95.18, 95.03, 96.18, 96.21],
    'dvs128-gesture': [86.81, 87.5, 86.11, 87.84, 89.93],
    mnist: [95.22, 96.12, 94.17, 94.85, 96.98],
    cifar10: [92.25, 92.67, 92.28, 93.29, null],
  } as Record<string, (number | null)[]>,
} as const;

/**
 * The accuracy that Table 6 has for a variant, as a fraction: the variant is known by what it changes against the first one of
 * its file, whatever its name. Undefined where the table has none.
 */
export function printedAccuracy(settings: Settings, baseline: Settings): number | undefined {
  const column = TABLE_6.accuracies[settings.dataset.name];
  // Its network there is a ResNet18, with which no other is to be compared.
  if (settings.dataset.name === 'cifar10' && !isResNet18(settings.network)) return undefined;
  const model = modelOf(settings, baseline);
  const percent = column && model !== undefined ? column[TABLE_6.models.indexOf(model)] : undefined;
  return percent === undefined || percent === null ? undefined : Math.round(100 * percent) / 10_000;
}

/** Of the usual width. */
function isResNet18({ resnet, hidden }: Settings['network']): boolean {
  return resnet?.width === 64 && resnet.blocks.join() === '2,2,2,2' && hidden.length === 0;
}

function modelOf(settings: Settings, baseline: Settings): (typeof TABLE_6.models)[number] | undefined {
  if (settings.model !== 'lif' || baseline.neuron.reset === 'none' || baseline.neuron.recurrent) return undefined;
  const components = changedComponents(settings, baseline);
  if (components?.length === 0) return 'baseline';
  if (components?.length !== 1) return undefined;
  const { leak, reset, recurrent } = settings.neuron;
  if (components[0] === 'recurrent') return recurrent ? 'with recurrence' : undefined;
  if (components[0] === 'reset') return reset === 'none' ? 'without reset' : undefined;
  const k = fixedLeak(leak);
  return k === 1 ? 'without leakage' : k === 0 ? 'complete leakage' : undefined;
}
