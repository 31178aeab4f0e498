// A real workbench to click in: code-server with the extension in it, seen through Chromium.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { prepareChromium } from '../../../scripts/editor/prepare.mjs';
import { type Editor, startEditor } from '../../../scripts/editor/server.mjs';
import { CodeLens, succeeds } from './code-lens.ts';
import { extensionUnderTest, REPOSITORY, until, versionUnderTest } from './environment.ts';

/** The themes every view is looked at in: what settings call each, what the picker does, and its mark on the page. */
export const THEMES = {
  dark: { setting: 'Default Dark Modern', label: 'Dark Modern', mark: 'dark_modern' },
  light: { setting: 'Default Light Modern', label: 'Light Modern', mark: 'light_modern' },
  'high contrast dark': { setting: 'Default High Contrast', label: 'Dark High Contrast', mark: 'hc_black' },
  'high contrast light': { setting: 'Default High Contrast Light', label: 'Light High Contrast', mark: 'hc_light' },
} as const;
export type Theme = keyof typeof THEMES;

export interface WorkbenchOptions {
  /** A folder that is copied to become the workspace; without it the workspace starts empty. */
  workspace?: string;
  /** Files that are written into the workspace, by path. */
  files?: Record<string, string>;
  /** An extension folder, or a package when it ends in `.vsix`; by default the packaged extension. */
  extension?: string;
  /** code-server's version; by default `LIF_EDITOR_VERSION`, or else the older one. */
  version?: string;
  theme?: Theme;
  /** `restricted` opens the workspace in restricted mode, as after "No, I don't trust the authors". */
  trust?: 'all' | 'restricted';
  settings?: Record<string, unknown>;
  env?: Record<string, string | undefined>;
  viewport?: { width: number; height: number };
}

const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchBrowser(): Promise<Browser> {
  const executablePath = await prepareChromium({ log: () => {} });
  return chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
}

/** A scratch workspace; `remove` takes it away again. */
export function scratchWorkspace({ workspace, files = {} }: Pick<WorkbenchOptions, 'workspace' | 'files'>) {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'lif-ws-')));
  const folder = path.join(root, workspace ? path.basename(workspace) : 'workspace');
  fs.mkdirSync(folder);
  if (workspace) fs.cpSync(workspace, folder, { recursive: true, filter: (from) => path.basename(from) !== '.lif' });
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return { folder, remove: () => fs.rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}

export async function launchWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const scratch = scratchWorkspace(options);
  let editor: Editor | undefined;
  let browser: Browser | undefined;
  try {
    const trustSettings = { 'security.workspace.trust.startupPrompt': 'never' };
    [editor, browser] = await Promise.all([
      startEditor({
        folder: scratch.folder,
        version: options.version ?? versionUnderTest(),
        ...extensionUnderTest(options.extension),
        theme: THEMES[options.theme ?? 'dark'].setting,
        trust: options.trust === 'restricted' ? 'ask' : 'all',
        settings: { ...trustSettings, ...options.settings },
        env: { LIF_TEST: '1', ...options.env },
      }),
      launchBrowser(),
    ]);
    const page = await browser.newPage({ viewport: options.viewport ?? { width: 1400, height: 900 } });
    const workbench = new Workbench(page, editor, async () => {
      await browser?.close();
      await editor?.stop();
      scratch.remove();
    });
    await workbench.open();
    return workbench;
  } catch (error) {
    await browser?.close();
    await editor?.stop();
    scratch.remove();
    throw error;
  }
}

export class Workbench {
  readonly page: Page;
  readonly editor: Editor;
  /** What the page complained about so far; most of it is VS Code's own. */
  readonly complaints: string[] = [];
  readonly #close: () => Promise<void>;

  constructor(page: Page, editor: Editor, close: () => Promise<void>) {
    this.page = page;
    this.editor = editor;
    this.#close = close;
    page.on('dialog', (dialog) => dialog.accept().catch(() => {})); // "leave this page?"
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
  }

  /** The workspace on disk. */
  get folder(): string {
    return this.editor.folder;
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  async open(): Promise<void> {
    await this.page.goto(this.editor.url, { waitUntil: 'domcontentloaded' });
    await this.#ready();
  }

  /** Reloads the window, as "Developer: Reload Window" does: a new page and a new extension host. */
  async reload(): Promise<void> {
    await this.page.reload({ waitUntil: 'domcontentloaded' });
    await this.#ready();
  }

  async close(): Promise<void> {
    await this.#close();
  }

  async #ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar .statusbar-item').first().waitFor({ timeout: 60_000 });
    await this.page.locator('.monaco-workbench .part.editor').waitFor();
  }

  // --- the palette ---

  /** Runs a command through the command palette, by its full title: `LIF Lab: Compare`. */
  async runCommand(title: string): Promise<void> {
    await this.#quickPick(`>${title}`, title);
  }

  /** The titles that the palette offers for what was typed. */
  async commandsMatching(text: string): Promise<string[]> {
    const widget = await this.#openQuickInput(`>${text}`);
    await widget.locator('.monaco-list-row').first().waitFor();
    await this.page.waitForTimeout(300); // the list settles
    const labels = await this.#labels(widget);
    await this.page.keyboard.press('Escape');
    return labels;
  }

  /** Opens a file of the workspace through quick open. */
  async openFile(name: string): Promise<void> {
    const base = path.basename(name);
    await this.#quickPick(name, base);
    await this.tab(base).and(this.page.locator('.active')).waitFor();
    await this.page.locator('.monaco-editor .view-line').first().waitFor();
  }

  /** Puts the cursor on a line of the open file and shows it. */
  async goToLine(line: number): Promise<void> {
    const widget = await this.#openQuickInput(`:${line}`);
    await this.page.keyboard.press('Enter');
    await widget.waitFor({ state: 'hidden' });
  }

  /** Chooses an entry of a quick pick that is open already, as one that a command has asked for. */
  async choose(label: string): Promise<void> {
    await this.#quickInput().locator('input').first().fill(label);
    const row = this.#rows(this.#quickInput(), label).first();
    await row.click();
    await row.waitFor({ state: 'hidden' });
  }

  /** A slow machine shows entries late, and an extension may not have registered its commands yet: so we ask again. */
  async #quickPick(text: string, label: string): Promise<void> {
    let seen: string[] = [];
    for (const giveUp = Date.now() + 40_000; Date.now() < giveUp; ) {
      const widget = await this.#openQuickInput(text).catch(() => undefined);
      const row = widget && this.#rows(widget, label).first();
      if (row && (await succeeds(row.waitFor({ timeout: 5000 }))) && (await succeeds(row.click({ timeout: 5000 }))))
        return;
      seen = await this.#labels(this.#quickInput());
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`No "${label}" on offer after typing "${text}", only: ${seen.join(' · ') || 'nothing'}`);
  }

  async #openQuickInput(text: string): Promise<Locator> {
    const widget = this.#quickInput();
    await this.page.keyboard.press('F1');
    await widget.waitFor({ timeout: 10_000 });
    await widget.locator('input').first().fill(text, { timeout: 5000 });
    return widget;
  }

  async #labels(widget: Locator): Promise<string[]> {
    return (await widget.locator('.monaco-list-row .label-name').allTextContents()).map((label) => label.trim());
  }

  #quickInput(): Locator {
    return this.page.locator('.quick-input-widget').filter({ visible: true });
  }

  #rows(widget: Locator, label: string): Locator {
    const exactly = new RegExp(`^\\s*${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
    return widget.locator('.monaco-list-row').filter({ has: this.page.locator('.label-name', { hasText: exactly }) });
  }

  // --- the text editor ---

  /** The tab of an editor, by its title. */
  tab(title: string): Locator {
    return this.page
      .locator(`.tabs-container .tab[data-resource-name="${title}"], .tab[aria-label^="${title}"]`)
      .first();
  }

  async closeTab(title: string): Promise<void> {
    await this.tab(title).hover();
    await this.tab(title).locator('.tab-actions .action-label').click();
    await this.tab(title).waitFor({ state: 'detached' });
  }

  /** A CodeLens by its text, as drawn at the moment; `above` is text of the line that it stands above. */
  codeLens(text: string | RegExp, { above }: { above?: string } = {}): CodeLens {
    return new CodeLens(this.page, text, above);
  }

  /** The icons to the right of the tabs. */
  titleAction(label: string | RegExp): Locator {
    return this.page.locator('.editor-actions .action-label').and(this.page.getByLabel(label)).first();
  }

  // --- around it ---

  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item').filter({ hasText: text }).first();
  }

  /** A row of a tree in a side bar or panel. */
  treeRow(text: string | RegExp): Locator {
    return this.page.locator('.split-view-view .monaco-list-row').filter({ hasText: text }).first();
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text }).first();
  }

  dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Opens a view container through its icon in the activity bar. */
  async openContainer(title: string): Promise<void> {
    const icon = this.page.locator('.part.activitybar .action-item').filter({
      has: this.page.locator(`.action-label[aria-label^="${title}"]`),
    });
    if ((await icon.getAttribute('class'))?.includes('checked')) return;
    await icon.click();
  }

  /** The messages under "Problems", each with its place: `Unknown key … [Ln 3, Col 5]`. */
  async problems(): Promise<string[]> {
    const rows = this.page.locator('.markers-panel .monaco-list-row');
    if (!(await this.page.locator('.markers-panel').isVisible())) await this.runCommand('View: Toggle Problems');
    await this.page.locator('.markers-panel').waitFor();
    const texts = await rows.allInnerTexts();
    return texts.map((text) => text.replace(/\s+/g, ' ').trim()).filter((text) => text.includes('Ln '));
  }

  // --- webviews ---

  /**
   * The content of a visible webview: of the one that holds an element matching `holding` where several are open.
   * Waits until there is one.
   */
  async webview(holding = 'body', timeout = 30_000): Promise<FrameLocator> {
    const frames = this.page.locator('iframe.webview.ready').filter({ visible: true });
    return until(`a webview that holds ${holding}`, timeout, async () => {
      for (let n = await frames.count(); n-- > 0; ) {
        const content = frames.nth(n).contentFrame().locator('#active-frame').contentFrame();
        if ((await content.locator(holding).count()) > 0) return content;
      }
      return undefined;
    });
  }

  // --- looks ---

  /** Picks a colour theme as a user does. (A change of settings.json on disk is not noticed by every version.) */
  async setTheme(theme: Theme): Promise<void> {
    const { label, mark } = THEMES[theme];
    await this.runCommand('Preferences: Color Theme');
    await this.choose(label);
    await this.page.locator(`.monaco-workbench[class*="defaults-themes-${mark}"]`).waitFor();
    await this.page.waitForTimeout(300); // webviews get their colours a moment later
  }

  /** Saves what is seen as `test-results/editor/NAME.png` and returns the path. */
  async screenshot(name: string): Promise<string> {
    const file = path.join(REPOSITORY, 'test-results', 'editor', `${name.replace(/[^\w.-]+/g, '-')}.png`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
    return file;
  }

  // --- trust ---

  /** Trusts the workspace that was opened restricted, as its user would. */
  async grantTrust(): Promise<void> {
    await this.runCommand('Workspaces: Manage Workspace Trust');
    const trust = this.page.locator('.workspace-trust-editor .monaco-button').filter({ hasText: /^Trust$/ });
    await trust.first().click();
    await this.page.locator('.part.statusbar [id="status.workspaceTrust"]').waitFor({ state: 'detached' });
  }

  // --- what the extension said ---

  /** The logs of the extension hosts and of the output channels, newest window last. */
  log(): string {
    const logs = path.join(this.editor.userDataDir, 'logs');
    if (!fs.existsSync(logs)) return '';
    const files = fs.readdirSync(logs, { recursive: true }).map(String).sort();
    return files
      .filter((name) => name.endsWith('.log') && name.includes('exthost'))
      .map((name) => `--- ${name}\n${fs.readFileSync(path.join(logs, name), 'utf8')}`)
      .join('\n');
  }
}
