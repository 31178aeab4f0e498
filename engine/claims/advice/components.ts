/** Which of the paper's components a variant changes against the first one of its file. */
import { isMapping, own } from '../../experiment/assist/describe.ts';
import type { Leak, Neuron, Settings } from '../../experiment/schema.ts';
import { flowText } from '../../experiment/text/flow-text.ts';

export const COMPONENTS = ['leak', 'reset', 'recurrent'] as const;
export type Component = (typeof COMPONENTS)[number];

/** The components that differ; undefined when anything else does, so that nothing could be put down to them. */
export function changedComponents(settings: Settings, baseline: Settings): Component[] | undefined {
  const differing = differences(baseline, settings, []);
  const components = differing.map((path) => COMPONENTS.find((name) => path === `neuron.${name}`));
  return components.includes(undefined) ? undefined : (components as Component[]);
}

/** Dotted paths that differ, as deep as a field of a section. */
function differences(a: unknown, b: unknown, path: string[]): string[] {
  if (flowText(a) === flowText(b)) return [];
  if (path.length === 2 || !isMapping(a) || !isMapping(b)) return [path.join('.')];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differences(own(a, key), own(b, key), [...path, key]),
  );
}

/** What a leak keeps from step to step, where it is fixed; undefined where it is learned. */
export function fixedLeak(leak: Leak): number | undefined {
  return typeof leak === 'number' ? leak : undefined;
}

/** As an override would have it. */
export function overrideOf(neuron: Neuron, components: readonly Component[]): { neuron: Record<string, unknown> } {
  return { neuron: Object.fromEntries(components.map((name) => [name, neuron[name]])) };
}
