import { html, nothing, type TemplateResult } from 'lit';
import type { Column } from '../../../../protocol/comparison/columns.ts';
import { completeFilter, type FilterCompletion } from '../../../../protocol/comparison/filter/complete.ts';
import { parseFilter, type RowTest } from '../../../../protocol/comparison/filter/parse.ts';
import { icon } from '../../../shared/icons.ts';
import type { Session } from '../../../shared/session.ts';
import type { Row } from '../rows.ts';

/** Half a word means something else, or nothing: rows wait until typing pauses. */
const PAUSE_MS = 300;

export interface Filtered {
  rows: Row[];
  /** The filter that they passed; empty when all are shown. */
  by: string;
}

/** The line that rows are filtered by: what is typed, what it means, and what could come next. */
export class FilterLine {
  private problem = '';
  private completion: FilterCompletion | undefined;
  /** Of the options. */
  private active = -1;
  /** What rows are filtered by: what was typed, once that has paused. */
  private text: string;
  private pause: ReturnType<typeof setTimeout> | undefined;
  /** The last text that meant something: it holds while the next one does not. */
  private last: { text: string; test: RowTest } = { text: '', test: () => true };

  constructor(
    private readonly session: Session<'compare'>,
    private readonly known: () => { columns: readonly Column[]; rows: readonly Row[] },
  ) {
    this.text = session.state.filter;
  }

  apply(rows: readonly Row[], columns: readonly Column[]): Filtered {
    const { test, problem } = parseFilter(this.text, columns);
    this.problem = problem?.sentence ?? '';
    if (test) this.last = { text: this.text.trim(), test };
    return { rows: rows.filter((row) => this.last.test(row)), by: this.last.text };
  }

  render(shown: number, of: number): TemplateResult {
    const { filter } = this.session.state;
    const { problem, completion, active, last } = this;
    const open = completion !== undefined && completion.options.length > 0;
    const held = problem && last.text !== '' ? ` Rows are still those of ${last.text}.` : '';
    return html`<div class="filter" @focusout=${() => this.complete(undefined)}>
      <div class="filter-line">
        <input
          type="text"
          role="combobox"
          spellcheck="false"
          autocomplete="off"
          placeholder="Filter, as in leak < 0.5 and accuracy > 90"
          aria-label="Filter of the rows"
          aria-expanded=${open ? 'true' : 'false'}
          aria-controls="filter-options"
          aria-autocomplete="list"
          aria-activedescendant=${open && active >= 0 ? `filter-option-${active}` : nothing}
          aria-invalid=${problem ? 'true' : 'false'}
          aria-describedby="filter-says"
          maxlength="500"
          .value=${filter}
          @input=${(event: Event) => this.typed(event.target as HTMLInputElement)}
          @click=${(event: Event) => this.typed(event.target as HTMLInputElement)}
          @keydown=${(event: KeyboardEvent) => this.onKey(event)}
        />
        ${
          filter === ''
            ? nothing
            : html`<button class="quiet" aria-label="Clear the filter" title="Clear the filter" @click=${() => this.show('')}>
              ${icon('close', 'small')}
            </button>`
        }
      </div>
      ${open ? this.options(completion) : html`<ul id="filter-options" role="listbox" aria-label="What could come next" hidden></ul>`}
      <p id="filter-says" class=${problem ? 'says problem' : 'says'} aria-live="polite">
        ${problem ? `${problem}${held}` : last.text === '' ? '' : `${shown} of ${of} rows`}
      </p>
    </div>`;
  }

  private options({ options }: FilterCompletion): TemplateResult {
    return html`<ul id="filter-options" class="menu filter-options" role="listbox" aria-label="What could come next">
      ${options.map(
        ({ text, hint }, i) => html`<li
          id="filter-option-${i}"
          role="option"
          aria-selected=${i === this.active ? 'true' : 'false'}
          class=${i === this.active ? 'active' : ''}
          @pointerdown=${(event: Event) => {
            event.preventDefault();
            this.accept(i);
          }}
        >
          <span>${text}</span><small>${hint}</small>
        </li>`,
      )}
    </ul>`;
  }

  private typed(input: HTMLInputElement): void {
    const { columns, rows } = this.known();
    this.session.update({ filter: input.value });
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.settle(), PAUSE_MS);
    this.complete(completeFilter(input.value, input.selectionStart ?? input.value.length, columns, rows));
  }

  /** Filters by what was typed. */
  private settle(): void {
    clearTimeout(this.pause);
    this.text = this.session.state.filter;
    this.session.invalidate();
  }

  private complete(completion: FilterCompletion | undefined): void {
    this.completion = completion;
    this.active = -1;
    this.session.invalidate();
  }

  /** Filters by this in place of what was typed. */
  show(filter: string): void {
    this.put(filter, filter.length);
    this.session.update({ filter });
    this.settle();
    this.complete(undefined);
  }

  private put(filter: string, caret: number): void {
    const input = document.querySelector<HTMLInputElement>('.filter input');
    if (!input) return;
    input.value = filter;
    input.focus();
    input.setSelectionRange(caret, caret);
  }

  private accept(index: number): void {
    const { filter } = this.session.state;
    const { start, end, options } = this.completion!;
    const before = filter.slice(0, start);
    const gap = before === '' || /[\s(]$/.test(before) ? '' : ' ';
    const begun = `${before}${gap}${options[index]!.text} `;
    this.put(begun + filter.slice(end).trimStart(), begun.length);
    const input = document.querySelector<HTMLInputElement>('.filter input');
    if (input) this.typed(input);
  }

  private onKey(event: KeyboardEvent): void {
    const options = this.completion?.options ?? [];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (options.length === 0) {
        this.typed(event.target as HTMLInputElement);
        return;
      }
      const places = options.length + 1;
      this.active = ((this.active + 1 + step + places) % places) - 1;
      this.session.invalidate();
    } else if ((event.key === 'Enter' || event.key === 'Tab') && this.active >= 0) {
      event.preventDefault();
      this.accept(this.active);
    } else if (event.key === 'Escape') {
      if (options.length > 0) this.complete(undefined);
      else this.show('');
    } else if (event.key === 'Enter') {
      this.settle();
      this.complete(undefined);
    }
  }
}
