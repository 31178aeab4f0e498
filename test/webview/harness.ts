import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { UserError } from '../../engine/base/errors.ts';
import { VIEW_IDS, type ViewId, type ViewState, type ViewTarget } from '../../protocol/views.ts';
import type { FromWebview, ToWebview } from '../../protocol/webview.ts';
import type { FakeStudy } from './study.ts';
import { THEMES, type ThemeName } from './themes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NONCE = 'n0nce';
const ADDRESS = 'http://localhost:1/view';
/** The policy that the extension puts on its pages; the pages' own origin stands for VS Code's resource origin. */
const POLICY = `default-src 'none'; script-src 'nonce-${NONCE}'; style-src 'self'; img-src 'self' blob: data:`;

type Request = Extract<FromWebview, { type: 'request' }>;

/** Of each view. */
export type Bundles = Record<ViewId, string>;

/** The bundles as they ship, built once per test file. */
export async function bundleWebview(): Promise<Bundles> {
  const result = await build({
    entryPoints: Object.fromEntries(VIEW_IDS.map((id) => [id, path.join(ROOT, `webview/views/${id}/main.ts`)])),
    outdir: ROOT,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  const made = result.outputFiles.map(({ path: file, text }) => [path.basename(file, '.js'), text]);
  return Object.fromEntries(made) as Bundles;
}

export async function launchBrowser(): Promise<Browser> {
  const address = pathToFileURL(path.join(ROOT, 'scripts/editor/prepare.mjs')).href;
  const { findChromium } = (await import(address)) as { findChromium: () => string | undefined };
  const executablePath = findChromium();
  if (!executablePath) {
    throw new Error('No Chromium was found; install one (Debian: apt install chromium) or name it in LIF_CHROMIUM.');
  }
  const flags = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ];
  return chromium.launch({ executablePath, args: [...flags, '--disable-component-update', '--disable-sync'] });
}

export interface OpenOptions {
  view?: ViewId;
  theme?: ThemeName;
  width?: number;
  height?: number;
  trusted?: boolean;
  /** Handed back by the extension, as after closing and opening a view. */
  saved?: ViewState;
  /** Lets a test wind the page's clock forward. */
  fakeClock?: boolean;
}

/** The extension's side of a view, scripted by a test. */
export class FakeHost {
  readonly page: Page;
  readonly study: FakeStudy;
  /** Everything the view has sent. */
  readonly sent: FromWebview[] = [];
  /** What the page's policy forbade, and what went wrong on the page. */
  readonly complaints: string[] = [];
  /** Sentences to refuse a method with; null leaves its requests without an answer. */
  readonly refuse = new Map<Request['method'], string | null>();
  log = 'epoch 1 loss 0.702\nepoch 2 loss 0.671\n';
  private readonly options: OpenOptions;

  constructor(page: Page, study: FakeStudy, options: OpenOptions) {
    this.page = page;
    this.study = study;
    this.options = options;
  }

  requests(method: Request['method']): Request[] {
    return this.sent.filter((m): m is Request => m.type === 'request' && m.method === method);
  }

  copied(): string[] {
    return this.sent.flatMap((m) => (m.type === 'copy' ? [m.text] : []));
  }

  exports(): { suggestedName: string; text: string }[] {
    return this.sent.filter((m) => m.type === 'export');
  }

  /** As JSON, which is how the editor carries it: an object that is in a message twice arrives as two. */
  async post(message: ToWebview): Promise<void> {
    await this.page.evaluate((text) => window.postMessage(JSON.parse(text), '*'), JSON.stringify(message));
  }

  /** Tells the view that runs changed, as the extension does. */
  async changed(...runIds: string[]): Promise<void> {
    await this.post({ type: 'changed', runIds });
  }

  async receive(message: FromWebview): Promise<void> {
    this.sent.push(message);
    if (message.type === 'ready') {
      const { file, name: study } = this.study;
      const { view = 'curves', trusted = true, saved } = this.options;
      const target: ViewTarget = { file, study, view };
      const init = { type: 'init', generation: message.generation, target, trusted } as const;
      await this.post(saved ? { ...init, state: saved } : init);
    } else if (message.type === 'request') await this.answer(message);
  }

  private async answer(request: Request): Promise<void> {
    const { id, method } = request;
    const refusal = this.refuse.get(method);
    if (refusal === null) return;
    if (refusal !== undefined) return this.post({ type: 'refusal', id, message: refusal });
    if (method === 'experiment/matrix') return this.tell(id, () => this.study.matrix(request.params.fields));
    if (method === 'experiment/edit') {
      await this.tell(id, () => this.study.edit(request.params.edit));
      return this.changed();
    }
    if (method === 'experiment/adopt') {
      await this.tell(id, () => this.study.adopt(request.params));
      return this.changed();
    }
    if (method === 'runs/compare') return this.tell(id, () => this.study.compare(request.params));
    if (method === 'runs/across') return this.tell(id, () => this.study.across(request.params.others));
    if (method === 'studies/list') return this.post({ type: 'reply', id, result: this.study.studies() });
    if (method === 'runs/settings')
      return this.post({ type: 'reply', id, result: this.study.settings(request.params.runIds) });
    if (method === 'runs/series') return this.post({ type: 'reply', id, result: this.study.series(request.params) });
    if (method === 'runs/neurons')
      return this.post({ type: 'reply', id, result: this.study.neurons(request.params.runId) });
    if (method === 'runs/log') return this.post({ type: 'reply', id, result: this.log });
    if (method === 'runs/start') return this.post({ type: 'reply', id, result: { runIds: [] } });
    if (method === 'runs/stop') return this.post({ type: 'reply', id, result: { stopping: request.params.runIds } });
    if (method === 'runs/annotate') {
      this.study.annotate(request.params);
      await this.post({ type: 'reply', id, result: null });
      return this.changed(...request.params.runIds);
    }
    if (method === 'runs/resume') return this.post({ type: 'reply', id, result: { resumed: request.params.runIds } });
    if (method === 'analyses/list') return this.post({ type: 'reply', id, result: this.study.analyses });
    if (method === 'analyses/read') {
      const { runId, name } = request.params;
      const result = this.study.analyses.find((one) => one.runId === runId && one.name === name)!;
      return this.post({ type: 'reply', id, result });
    }
    if (method === 'analyses/start') return this.post({ type: 'reply', id, result: { names: [] } });
    if (method === 'samples/probe') {
      const { runId, question } = request.params;
      return this.post({ type: 'reply', id, result: this.study.sample(runId, question) });
    }
    if (method === 'analyses/stop') return this.post({ type: 'reply', id, result: null });
    return this.post({ type: 'refusal', id, message: `The test does not answer ${method}.` });
  }

  /** The answer of the engine, or its sentence on why there is none. */
  private async tell(id: number, answer: () => unknown): Promise<void> {
    try {
      await this.post({ type: 'reply', id, result: answer() } as ToWebview);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      await this.post({ type: 'refusal', id, message: error.message });
    }
  }
}

/** Opens a view in a page like the one the extension makes. */
export async function openView(
  browser: Browser,
  bundles: Bundles,
  study: FakeStudy,
  options: OpenOptions = {},
): Promise<FakeHost> {
  const { theme = 'dark', view = 'curves', width = 1100, height = 800 } = options;
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const host = new FakeHost(page, study, options);
  page.on('pageerror', (error) => host.complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') host.complaints.push(message.text());
  });
  await page.exposeFunction('lifPost', (message: FromWebview) => {
    // A page that a test has closed waits for no answer.
    host
      .receive(message)
      .catch((error) => /has been closed/.test(String(error)) || host.complaints.push(String(error)));
  });
  await page.addInitScript(() => {
    const w = window as unknown as Record<string, unknown>;
    w.acquireVsCodeApi = () => ({
      postMessage: (message: unknown) => (w.lifPost as (m: unknown) => void)(message),
      getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
      setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
    });
  });
  await page.route('**/*', (route) => {
    const url = route.request().url();
    if (url.endsWith('/webview.js')) return route.fulfill({ contentType: 'text/javascript', body: bundles[view] });
    if (url.endsWith('/theme.css')) return route.fulfill({ contentType: 'text/css', body: themeCss() });
    if (url.endsWith('/view')) return route.fulfill({ contentType: 'text/html', body: pageHtml(theme) });
    return route.abort();
  });
  if (options.fakeClock) await page.clock.install();
  await page.goto(ADDRESS);
  await page.locator('.page').waitFor();
  return host;
}

function pageHtml(theme: ThemeName): string {
  const { kind } = THEMES[theme];
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>LIF Lab</title>
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="stylesheet" href="theme.css"></head>
<body class="${kind}" data-vscode-theme-kind="${kind}"><script nonce="${NONCE}" src="webview.js"></script></body></html>`;
}

function themeCss(): string {
  return Object.values(THEMES)
    .map(({ kind, variables }) => {
      const lines = Object.entries(variables).map(([name, value]) => `--vscode-${name}: ${value};`);
      return `html:has(body.${kind}) { ${lines.join(' ')} }`;
    })
    .join('\n');
}

/** Switches the theme under a living page, as the editor does. */
export async function switchTheme(host: FakeHost, theme: ThemeName): Promise<void> {
  await host.page.evaluate((kind) => {
    document.body.className = kind;
    document.body.dataset.vscodeThemeKind = kind;
  }, THEMES[theme].kind);
}

const PICTURES = path.join(ROOT, 'test-results/webview');

/** Does something in each theme in turn, on the living page, and leaves it in the one that it had. */
export async function inThemes(host: FakeHost, task: (theme: ThemeName) => Promise<void>): Promise<void> {
  const own = await host.page.evaluate(() => document.body.dataset.vscodeThemeKind);
  const names = Object.keys(THEMES) as ThemeName[];
  const first = names.findIndex((name) => THEMES[name].kind === own);
  for (const name of [names[first]!, ...names.toSpliced(first, 1)]) {
    await switchTheme(host, name);
    await task(name);
  }
  await switchTheme(host, names[first]!);
}

/** With LIF_PICTURES=1, in each theme, for people to look at; no test compares pixels. */
export async function picture(host: FakeHost, name: string): Promise<void> {
  await settle(host);
  if (process.env.LIF_PICTURES !== '1') return;
  fs.mkdirSync(PICTURES, { recursive: true });
  await inThemes(host, async (theme) => {
    await settle(host);
    await host.page.screenshot({ path: path.join(PICTURES, `${name}-${theme}.png`) });
  });
}

/** Makes the page as narrow as a column beside the code; by how many pixels what is on it is wider than that. */
export async function narrow(host: FakeHost, name: string): Promise<number> {
  await host.page.setViewportSize({ width: 325, height: 1200 });
  await picture(host, `${name}-narrow`);
  return host.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Waits until the view has asked for all it wants, has been answered and has drawn it. */
export async function settle(host: FakeHost): Promise<void> {
  // What was just done shows a frame later whether it makes the view pull, and what a pull brought shows a frame later.
  await frames(host);
  await host.page.locator('.page[aria-busy="false"]').waitFor({ state: 'attached' });
  await frames(host);
}

/** Two frames: all of what has happened before is drawn. */
async function frames(host: FakeHost): Promise<void> {
  await host.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
