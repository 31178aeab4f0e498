import type { Scrolls, StateOf } from '../../protocol/views.ts';
import type { Session } from './session.ts';

/** What is not there after so long does not come any more: nothing is to jump under somebody who reads. */
const PATIENCE_MS = 10_000;
const MOVES = ['wheel', 'keydown', 'pointerdown'] as const;

/** Where elements with `data-scroll`, and the page itself, are scrolled to: kept, and found again after a reload. */
export class ScrollKeeper {
  /** What has not been found again yet: there was too little to scroll. */
  private readonly wanted: Map<string, [number, number]>;

  constructor(private readonly session: Session) {
    this.wanted = new Map(Object.entries(this.places()));
    const give = (): void => this.wanted.clear();
    for (const move of MOVES) document.addEventListener(move, give, { capture: true, once: true, passive: true });
    setTimeout(give, PATIENCE_MS);
    document.addEventListener('scroll', (event) => this.scrolled(event.target), { capture: true, passive: true });
  }

  /** After each drawing. */
  restore(): void {
    for (const [name, [left, top]] of this.wanted) {
      const element =
        name === 'page' ? document.scrollingElement : document.querySelector(`[data-scroll="${CSS.escape(name)}"]`);
      if (!element) continue;
      const { scrollHeight, clientHeight, scrollWidth, clientWidth } = element;
      if (scrollHeight - clientHeight < top - 1 || scrollWidth - clientWidth < left - 1) continue;
      this.wanted.delete(name);
      element.scrollTo(left, top);
    }
  }

  private scrolled(target: EventTarget | null): void {
    const element = target === document ? document.scrollingElement : target;
    if (!(element instanceof HTMLElement)) return;
    const name = target === document ? 'page' : element.dataset.scroll;
    if (name === undefined || this.wanted.has(name)) return;
    const place: [number, number] = [Math.max(0, element.scrollLeft), Math.max(0, element.scrollTop)];
    this.session.keep({ scrolls: { ...this.places(), [name]: place } } as Partial<StateOf<'curves'>>);
  }

  private places(): Scrolls {
    return this.session.state.scrolls;
  }
}
