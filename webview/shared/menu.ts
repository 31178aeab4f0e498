import { html, type TemplateResult } from 'lit';
import { type IconName, icon } from './icons.ts';
import { pngOf } from './png.ts';
import type { Session } from './session.ts';

export interface MenuItem {
  label: string;
  hint?: string;
  run: () => void;
}

/** Whether the menu of this id is open, and what opens or closes it. */
function opening(session: Session, id: string): { open: boolean; toggle: (next: boolean) => void } {
  return {
    open: session.menu === id,
    toggle: (next) => {
      session.menu = next ? id : undefined;
      session.invalidate();
    },
  };
}

/** A button that opens a box of controls below itself. Escape closes it, so does a click elsewhere. */
export function boxButton(
  session: Session,
  id: string,
  label: string,
  iconName: IconName,
  content: () => TemplateResult,
): TemplateResult {
  const { open, toggle } = opening(session, id);
  const onFocusOut = (event: FocusEvent): void => {
    const box = event.currentTarget as HTMLElement;
    // A control that is drawn anew loses the focus to nobody: that is no leaving.
    const to = event.relatedTarget as Node | null;
    if (to && !box.contains(to)) toggle(false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !open) return;
    event.stopPropagation();
    toggle(false);
    (event.currentTarget as HTMLElement).querySelector<HTMLElement>('.menu-button')?.focus();
  };
  return html`<div class="menu-box" @focusout=${onFocusOut} @keydown=${onKeyDown}>
    <button class="quiet menu-button" aria-expanded=${open ? 'true' : 'false'} @click=${() => toggle(!open)}>
      ${icon(iconName)}<span>${label}</span>${icon('down', 'small')}
    </button>
    ${open ? html`<div class="menu control-box" role="group" aria-label=${label} tabindex="-1">${content()}</div>` : ''}
  </div>`;
}

/** A button that opens a menu below itself. Arrow keys move, Escape closes, so does a click elsewhere. */
export function menuButton(
  session: Session,
  id: string,
  label: string,
  iconName: IconName,
  items: MenuItem[],
): TemplateResult {
  const { open, toggle } = opening(session, id);
  const onFocusOut = (event: FocusEvent): void => {
    const box = event.currentTarget as HTMLElement;
    if (!box.contains(event.relatedTarget as Node | null)) toggle(false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const box = event.currentTarget as HTMLElement;
    if (event.key === 'Escape' && open) {
      toggle(false);
      box.querySelector<HTMLElement>('.menu-button')?.focus();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) toggle(true);
      requestAnimationFrame(() => moveFocus(box, event.key === 'ArrowDown' ? 1 : -1));
    }
  };
  return html`<div class="menu-box" @focusout=${onFocusOut} @keydown=${onKeyDown}>
    <button
      class="quiet menu-button"
      aria-haspopup="menu"
      aria-expanded=${open ? 'true' : 'false'}
      @click=${() => toggle(!open)}
    >
      ${icon(iconName)}<span>${label}</span>${icon('down', 'small')}
    </button>
    ${
      open
        ? html`<div class="menu" role="menu" aria-label=${label}>
          ${items.map(
            (item) => html`<button
              role="menuitem"
              tabindex="-1"
              @click=${() => {
                toggle(false);
                item.run();
              }}
            >
              <span>${item.label}</span>${item.hint ? html`<small>${item.hint}</small>` : ''}
            </button>`,
          )}
        </div>`
        : ''
    }
  </div>`;
}

/** A drawing as SVG, and as the same picture of dots. */
export function pictureItems(session: Session, name: string, svg: () => string): MenuItem[] {
  const exportName = (ending: string): string => session.exportName(`${name}.${ending}`);
  return [
    { label: 'SVG', hint: 'a drawing, for a paper', run: () => session.export(exportName('svg'), svg()) },
    {
      label: 'PNG',
      hint: 'the same as a picture',
      run: () => session.act('export', async () => session.exportPicture(exportName('png'), await pngOf(svg()))),
    },
  ];
}

/** What stands at the end of the toolbar of a view that has its pictures as tables, too. */
export function tablesControls(
  session: Session<'analyses' | 'sample' | 'compare'>,
  { name, hint, csv }: { name: string; hint: string; csv: () => string },
): TemplateResult {
  const { asTable } = session.state;
  return html`<span class="toolbar-end">
    <button class="quiet" @click=${() => session.update({ asTable: !asTable })}>
      ${icon(asTable ? 'chart' : 'table')}<span>${asTable ? 'Picture' : 'Table'}</span>
    </button>
    ${menuButton(session, `export ${name}`, 'Export', 'export', [
      { label: 'CSV', hint, run: () => session.export(session.exportName(name), csv()) },
    ])}
  </span>`;
}

function moveFocus(box: HTMLElement, step: number): void {
  const items = [...box.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const index = items.indexOf(document.activeElement as HTMLElement);
  items[(index + step + items.length + (index < 0 && step < 0 ? 1 : 0)) % items.length]?.focus();
}
