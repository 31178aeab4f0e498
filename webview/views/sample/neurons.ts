import { MAX_TRACES } from '../../../protocol/analyses/sample.ts';

/** Numbers out of what was typed: `0 5, 7-9`. */
export function neuronsOf(text: string): number[] {
  const neurons = text.split(/[\s,]+/).flatMap((part) => {
    const [, from, to] = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(part) ?? [];
    if (from === undefined) return [];
    const last = to === undefined ? Number(from) : Math.min(Number(to), Number(from) + MAX_TRACES);
    return Array.from({ length: Math.max(0, last - Number(from) + 1) }, (_, i) => Number(from) + i);
  });
  return [...new Set(neurons)].slice(0, MAX_TRACES);
}

/** One sentence where what was typed names no neurons, in whole or in part; else empty. @param where they are, @param size how many */
export function neuronsNote(text: string, where: string, size: number): string {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '');
  const wrong = parts.find((part) => neuronsOf(part).length === 0);
  const there = `${where} has ${size > 1 ? `0 to ${size - 1}` : '0 alone'}`;
  if (parts.length === 0) return `No neuron is named, so no potentials are drawn; ${there}.`;
  return wrong === undefined
    ? ''
    : `“${wrong.slice(0, 20)}” names no neuron; ${there}, written as numbers and ranges, such as 0 5 8-12.`;
}
