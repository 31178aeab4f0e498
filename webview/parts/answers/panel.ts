/** What an analysis needs to be shown: a picture, and the numbers behind it. */
import type { TemplateResult } from 'lit';
import type { AnalysisId } from '../../../protocol/analyses/analyses.ts';
import type { LineStyle } from '../../../protocol/drawing/palette.ts';
import type { NumberTable } from '../../plot/number-table.ts';
import type { Theme } from '../../shared/theme.ts';
import type { Answered } from './analyses.ts';

/** What a picture may use of the view around it. */
export interface PanelContext {
  theme: Theme;
  /** Of the lines of a variant: the one it has in all views. */
  style(answer: Pick<Answered, 'index'>): LineStyle;
  /** Which of these was chosen, the first one by default. */
  choice<T extends string>(name: string, values: readonly T[]): T;
  /** One of several to choose from, as a row of buttons or, with many, a list. `text` says each. */
  chooser<T extends string>(
    name: string,
    label: string,
    values: readonly T[],
    text: (value: T) => string,
  ): TemplateResult;
  /** Numbers that come back with the view, as a rotation; undefined until they were kept. `keep` draws nothing. */
  kept(name: string): number[] | undefined;
  keep(name: string, numbers: readonly number[]): void;
  /** Something that lasts while the page does, made when it is first asked for: what is pointed at. */
  memory<T>(name: string, make: () => T): T;
  /** Draws the page again. */
  invalidate(): void;
}

export interface Panel<A extends AnalysisId> {
  /** On the tab. */
  title: string;
  /** What it tells and how it is read, in a sentence or two. */
  about: string;
  /** How its parameters are typed: `split=validation`. */
  example: string;
  /** Of all variants and seeds that have an answer, in the order of the file; there is at least one. */
  picture(answers: readonly Answered<A>[], context: PanelContext): TemplateResult;
  tables(answers: readonly Answered<A>[]): NumberTable[];
}
