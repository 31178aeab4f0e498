/** Answers of all seeds, gathered by variant. */
import { html, type TemplateResult } from 'lit';
import type { AnalysisId } from '../../../../protocol/analyses/analyses.ts';
import type { Answered } from '../../../shared/analyses.ts';
import type { PanelContext } from '../panel.ts';

/** In the order of the file. */
export function byVariant<A extends AnalysisId>(
  answers: readonly Answered<A>[],
): { name: string; index: number; runs: Answered<A>[] }[] {
  const variants = new Map<number, { name: string; index: number; runs: Answered<A>[] }>();
  for (const answer of answers) {
    const { index, name } = answer;
    const known = variants.get(index) ?? { name, index, runs: [] };
    known.runs.push(answer);
    variants.set(index, known);
  }
  return [...variants.values()];
}

/** Which line is which variant. */
export function key(answers: readonly Answered[], { style }: PanelContext): TemplateResult {
  return html`<div class="key">
    ${byVariant(answers).map(({ name, index, runs }) => {
      const { colour, dash } = style({ index });
      return html`<span
        ><svg width="26" height="10" aria-hidden="true">
          <path d="M0 5H26" stroke=${colour} stroke-width="2" stroke-dasharray=${dash.join(' ') || 'none'} /></svg
        > ${name}${runs.length > 1 ? html` <span class="muted">${runs.length} seeds</span>` : ''}</span
      >`;
    })}
  </div>`;
}

export const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
