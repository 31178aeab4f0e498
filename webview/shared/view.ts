import { html, render, type TemplateResult } from 'lit';
import type { ViewId } from '../../protocol/views.ts';
import type { ToWebview } from '../../protocol/webview.ts';
import pageCss from './page.css' with { type: 'text' };
import { ScrollKeeper } from './scrolls.ts';
import { Session, type WebviewApi } from './session.ts';
import { watchTheme } from './theme.ts';

/** What each view is: a page that is drawn anew from what it knows, and pulls what it does not know. */
export interface View {
  render(): TemplateResult;
  /** These runs changed, or the file did (no ids): what is shown has to be pulled again. */
  changed(runIds: readonly string[]): void;
  /** For what is painted on canvases; everything else is CSS. */
  themeChanged?(): void;
  /** What is not HTML and depends on it. */
  afterRender?(): void;
}

/** While a store is still being read, what is shown is asked for again this often. */
const UNREAD_MS = 1000;

declare function acquireVsCodeApi(): WebviewApi;

/** Adopted style sheets, because the page's policy allows no style in its text. */
function adopt(texts: readonly string[]): void {
  const sheets = texts.map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, ...sheets];
}

/**
 * Runs a view on this page. Says `ready` until the extension answers with this page's generation: the first messages
 * can be lost.
 * @param make the view, once it is known what it shows
 * @param css its style sheets, beside those of every page
 */
export function startView<V extends ViewId>(make: (session: Session<V>) => View, ...css: readonly string[]): void {
  const api = acquireVsCodeApi();
  const generation = crypto.getRandomValues(new Uint32Array(4)).join('-');
  const root = document.createElement('div');
  root.id = 'lif-lab';
  document.body.append(root);
  adopt([pageCss, ...css]);

  let session: Session<V> | undefined;
  let view: View | undefined;
  let scrolls: ScrollKeeper | undefined;
  let scheduled = false;
  let asking = false;
  /** The runs that come last may be of other studies: nobody tells this one that all have been read. */
  const askForUnread = (): void => {
    if (!session?.comparison?.unread || asking) return;
    asking = true;
    setTimeout(() => {
      asking = false;
      view?.changed([]);
    }, UNREAD_MS);
  };
  const draw = (): void => {
    scheduled = false;
    if (!view) return;
    askForUnread();
    render(view.render(), root);
    view.afterRender?.();
    scrolls?.restore();
  };
  const invalidate = (): void => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(draw);
  };

  const receive = (message: ToWebview): void => {
    if (message.type === 'init') {
      if (message.generation !== generation || session) return;
      // The page of a view is made with the bundle of that view.
      session = new Session<V>(api, message, invalidate);
      view = make(session);
      scrolls = new ScrollKeeper(session as unknown as Session);
    } else if (!session || !view) return;
    else if (message.type === 'changed') view.changed(message.runIds);
    else if (message.type === 'trust') session.trusted = message.trusted;
    else if (message.type === 'health') {
      session.health = message.message;
      if (!message.message) view.changed([]);
    } else session.channel.receive(message);
    invalidate();
  };
  window.addEventListener('message', (event: MessageEvent<ToWebview>) => {
    if (typeof event.data === 'object' && event.data !== null && typeof event.data.type === 'string')
      receive(event.data);
  });
  // A control that was drawn anew has lost the focus to the page, and the box that it is in hears no key.
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || session?.menu === undefined || event.target !== document.body) return;
    document.querySelector<HTMLElement>('.menu-button[aria-expanded="true"]')?.focus();
    session.menu = undefined;
    invalidate();
  });
  watchTheme(() => {
    view?.themeChanged?.();
    invalidate();
  });

  let tries = 0;
  const knock = (): void => {
    if (session) return;
    api.postMessage({ type: 'ready', generation });
    tries++;
    if (tries === 6) render(html`<p class="waiting">LIF Lab does not answer yet; still trying…</p>`, root);
    setTimeout(knock, Math.min(5000, 500 * tries));
  };
  knock();
}
