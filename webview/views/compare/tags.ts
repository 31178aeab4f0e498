/** Tags of runs: seen beside their rows, and set on several rows at once. */
import { html, nothing, type TemplateResult } from 'lit';
import type { RunSummary } from '../../../protocol/runs.ts';
import { isTag, MAX_TAG, tagsOf } from '../../../protocol/text/annotations.ts';
import { UNTRUSTED } from '../../../protocol/webview.ts';
import { boxButton } from '../../shared/menu.ts';
import type { Session } from '../../shared/session.ts';

/** Each leads to the rows that have it. */
export function tagList(runs: readonly RunSummary[], show: (tag: string) => void): TemplateResult | typeof nothing {
  const tags = tagsOf(runs);
  if (tags.length === 0) return nothing;
  return html`<ul class="tags" aria-label="Tags">
    ${tags.map(
      (tag) =>
        html`<li><button class="tag" title="Show only rows with this tag" @click=${() => show(tag)}>${tag}</button></li>`,
    )}
  </ul>`;
}

/** What tags these runs have, to be changed for all of them. @param known tags of any run of the table */
export function tagsButton(session: Session, runs: readonly RunSummary[], known: readonly string[]): TemplateResult {
  const change = (tag: string, on: boolean): void =>
    session.annotate(runs, on ? { addTags: [tag] } : { removeTags: [tag] });
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    const input = event.target as HTMLInputElement;
    const tag = input.value.trim();
    input.setCustomValidity(isTag(tag) ? '' : `A tag has up to ${MAX_TAG} characters and no comma or semicolon.`);
    if (!input.reportValidity()) return;
    input.value = '';
    change(tag, true);
  };
  return boxButton(session, 'tags', 'Tags', 'tag', () => {
    const shared = known.map((tag) => ({ tag, n: runs.filter(({ tags = [] }) => tags.includes(tag)).length }));
    return html`<fieldset class="tag-choice" ?disabled=${!session.trusted} title=${session.trusted ? nothing : UNTRUSTED}>
      <legend>Tags of the rows chosen</legend>
      ${shared.map(
        ({ tag, n }) => html`<label>
          <input
            type="checkbox"
            .checked=${n === runs.length}
            .indeterminate=${n > 0 && n < runs.length}
            @change=${(event: Event) => change(tag, (event.target as HTMLInputElement).checked)}
          /><span>${tag}</span>
        </label>`,
      )}
      <input
        type="text"
        maxlength=${MAX_TAG}
        placeholder="New tag, then Enter"
        aria-label="New tag"
        @keydown=${onKey}
        @input=${(event: Event) => (event.target as HTMLInputElement).setCustomValidity('')}
      />
    </fieldset>`;
  });
}
