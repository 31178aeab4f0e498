import { html, render } from 'lit';
import uplotCss from 'uplot/dist/uPlot.min.css' with { type: 'text' };
import type { ToWebview } from '../protocol/webview.ts';
import pageCss from './shared/page.css' with { type: 'text' };
import { Session, type WebviewApi } from './shared/session.ts';
import { watchTheme } from './shared/theme.ts';
import compareCss from './views/compare/compare.css' with { type: 'text' };
import { CompareView } from './views/compare/view.ts';
import curvesCss from './views/curves/curves.css' with { type: 'text' };
import { CurvesView } from './views/curves/view.ts';

declare function acquireVsCodeApi(): WebviewApi;

/** Adopted style sheets, because the page's policy allows no style in its text. */
function adopt(...texts: string[]): void {
  const sheets = texts.map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, ...sheets];
}

/** Says `ready` until the extension answers with this page's generation: the first messages can be lost. */
function main(): void {
  const api = acquireVsCodeApi();
  const generation = crypto.getRandomValues(new Uint32Array(4)).join('-');
  const root = document.createElement('div');
  root.id = 'lif-lab';
  document.body.append(root);
  adopt(uplotCss, pageCss, curvesCss, compareCss);

  let session: Session | undefined;
  let view: CurvesView | CompareView | undefined;
  let scheduled = false;
  const draw = (): void => {
    scheduled = false;
    if (!view) return;
    render(view.render(), root);
    view.afterRender();
  };
  const invalidate = (): void => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(draw);
  };

  const receive = (message: ToWebview): void => {
    if (message.type === 'init') {
      if (message.generation !== generation || session) return;
      session = new Session(api, message, invalidate);
      view = message.target.view === 'curves' ? new CurvesView(session) : new CompareView(session);
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
  watchTheme(() => {
    view?.themeChanged();
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

main();
