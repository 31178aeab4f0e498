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
