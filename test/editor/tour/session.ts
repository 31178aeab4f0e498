/** A whole session as a new user has it, in the order of docs/tour.md, with a picture of each step. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { freshPackage } from '../../../scripts/editor/fresh-package.mjs';
import { REPOSITORY, until } from '../harness/environment.ts';
import { launchWorkbench, type Theme, type Workbench } from '../harness/workbench.ts';

const FILE = 'delayed-xor.lif.yaml';
const SIZE = { width: 1400, height: 900 };
/** Of the pictures of README. */
const LARGE = { width: 1600, height: 960 };
/** Line of the example that its variants begin at. */
const VARIANTS = 36;
const SEEDS = 8;
/** The example with a shorter delay, fewer samples and epochs, and as many seeds as decide among four variants. */
const SMALLER: readonly (readonly [string, string])[] = [
  ['three seeds each, about a minute in all', `eight seeds each, half a minute in all`],
  ['a delay of 30 steps', 'a delay of 10 steps'],
  ['steps: 50', 'steps: 30'],
  ['trainSamples: 20000', 'trainSamples: 4000'],
  ['epochs: 30', 'epochs: 15'],
  ['batchSize: 512', 'batchSize: 64'],
  [
    'every: 20, factor: 0.5 } # halve the learning rate every 20 epochs',
    'every: 10, factor: 0.5 } # halve the learning rate every 10 epochs',
  ],
  ['seeds: [1, 2, 3]', 'seeds: [1, 2, 3, 4, 5, 6, 7, 8]\nexpect:\n  - without reset.accuracy > baseline.accuracy'],
];

export interface TourOptions {
  folder: string;
  /** Instead of those that the pictures are meant to have. */
  theme?: Theme;
}

export async function takePictures({ folder, theme }: TourOptions): Promise<void> {
  freshPackage({ log: console.log });
  fs.mkdirSync(folder, { recursive: true });
  const lab = await launchWorkbench({
    viewport: SIZE,
    theme: theme ?? 'dark',
    settings: { 'LIF Lab.notifications': 'none', 'editor.minimap.enabled': false, 'editor.fontSize': 13 },
  });
  try {
    await new Session(lab, folder, theme).all();
  } catch (error) {
    await lab.page.screenshot({ path: path.join(folder, 'failed.png') });
    throw error;
  } finally {
    await lab.close();
  }
}

class Session {
  constructor(
    private readonly lab: Workbench,
    private readonly folder: string,
    private readonly theme: Theme | undefined,
  ) {}

  async all(): Promise<void> {
    await this.start();
    await this.file();
    await this.run();
    await this.curves();
    await this.compare();
    await this.spikes();
    await this.sample();
    await this.robustness();
    await this.matrix();
    await this.advice();
  }

  private async start(): Promise<void> {
    const { lab } = this;
    await lab.openContainer('LIF Lab');
    await lab.page.getByRole('button', { name: 'A First Experiment' }).waitFor();
    await lab.runCommand('LIF Lab: First Steps');
    await lab.page
      .locator('.gettingStartedContainer .step-title, .gettingStartedContainer h3')
      .filter({ visible: true })
      .first()
      .waitFor();
    await lab.page.waitForTimeout(4000);
    await this.picture('tour-1-start');
    await lab.runCommand('View: Close All Editors');
  }

  private async file(): Promise<void> {
    const { lab } = this;
    await lab.page.getByRole('button', { name: 'A First Experiment' }).click();
    await lab.codeLens('Run all', { above: 'name:' }).find();
    const file = lab.file(FILE);
    const text = SMALLER.reduce(
      (text, [from, to]) => {
        if (!text.includes(from))
          throw new Error(`The example does not hold "${from}" any more: change SMALLER with it.`);
        return text.replace(from, to);
      },
      fs.readFileSync(file, 'utf8'),
    );
    fs.writeFileSync(file, text);
    await lab.page.locator('.view-line', { hasText: 'eight seeds each' }).waitFor();
    await this.quiet();
    await lab.codeLens('Run', { above: 'baseline' }).find();
    await this.picture('tour-2-file');
  }

  private async run(): Promise<void> {
    const { lab } = this;
    await lab.codeLens('Run all', { above: 'name:' }).click();
    const view = await lab.webview('.page.curves', 60_000);
    await until('the first variants to end', 120_000, async () => (this.finished() >= SEEDS + 3 ? true : undefined));
    await lab.openFile(FILE);
    await lab.goToLine(VARIANTS);
    await this.quiet();
    await view.locator('.legend li').first().waitFor();
    await lab.page.waitForTimeout(700);
    await this.picture('tour-3-run');
    await lab.runCommand('LIF Lab: Queue…');
    await lab.page.locator('.quick-input-widget .monaco-list-row').nth(3).waitFor();
    await lab.page.waitForTimeout(700);
    await this.picture('tour-4-queue');
    await lab.page.keyboard.press('Escape');
    await until('all runs to end', 240_000, async () => (this.finished() === 5 * SEEDS ? true : undefined));
  }

  private async curves(): Promise<void> {
    const { lab } = this;
    await lab.openFile(FILE);
    await lab.goToLine(VARIANTS);
    await lab.codeLens(/\d+\.\d+\s%/, { above: 'with recurrence' }).find(60_000);
    await this.quiet();
    await lab.page.waitForTimeout(1500);
    await this.picture('tour-5-curves');
    await this.picture('editor', undefined, LARGE);
  }

  private async compare(): Promise<void> {
    const { lab } = this;
    await lab.openFile(FILE);
    await lab.goToLine(VARIANTS);
    await lab.runCommand('LIF Lab: Compare Variants');
    const view = await lab.webview('.page.compare', 60_000);
    await view.locator('tr', { hasText: 'with recurrence' }).first().waitFor();
    await this.picture('compare', 'light', LARGE);
    await this.wide(() => this.picture('tour-6-compare', 'light'));
  }

  private async spikes(): Promise<void> {
    const view = await this.analysis('Spikes', 'spikes', []);
    await view.locator('lif-heatmap').first().waitFor({ timeout: 90_000 });
    await this.wide(() => this.picture('tour-8-spikes'));
  }

  private async robustness(): Promise<void> {
    const view = await this.analysis('Robustness', 'robustness', ['--set', 'samples=400', '--set', 'draws=2']);
    await view.locator('.answers svg').first().waitFor({ timeout: 90_000 });
    await this.wide(() => this.picture('tour-10-robustness'));
  }

  private async sample(): Promise<void> {
    const { lab } = this;
    await lab.runCommand('LIF Lab: Show a Sample');
    const view = await lab.webview('.page.sample', 60_000);
    await view
      .getByText(/Class \d, taken for \d/)
      .first()
      .waitFor({ timeout: 60_000 });
    await view.locator('.trace').first().waitFor();
    await this.wide(() => this.picture('tour-9-sample'));
  }

  private async matrix(): Promise<void> {
    const { lab } = this;
    await lab.openFile(FILE);
    await lab.runCommand('LIF Lab: Open Matrix');
    const view = await lab.webview('.matrix-page', 60_000);
    const row = view.locator('tbody tr', { hasText: 'without reset' });
    await this.wide(async () => {
      await row.locator('td', { hasText: 'off' }).click({ timeout: 30_000 });
      await lab.page.keyboard.press('Space');
      await row.locator('td', { hasText: 'on' }).last().waitFor();
      await this.picture('tour-7-matrix');
      await lab.page.keyboard.press('Control+Z');
      await row.locator('td', { hasText: 'off' }).waitFor();
      await lab.page.keyboard.press('Control+S');
    });
  }

  private async advice(): Promise<void> {
    const { lab } = this;
    await lab.openFile(FILE);
    await until('advice', 40_000, async () => (await lab.page.locator('.squiggly-hint').count()) > 0 || undefined);
    await lab.goToLine(VARIANTS + 3);
    // Where the hint is: below the name of the variant.
    await lab.page.keyboard.press('Home');
    await this.quiet();
    await lab.runCommand('Show or Focus Hover');
    await lab.page
      .locator('.monaco-editor .monaco-hover, .monaco-resizable-hover')
      .filter({ visible: true })
      .first()
      .waitFor();
    await lab.page.waitForTimeout(1500);
    await this.picture('tour-11-advice');
  }

  /** Computes an analysis of all runs and shows it. */
  private async analysis(title: string, id: string, options: string[]) {
    const { lab } = this;
    execFileSync(process.execPath, [path.join(REPOSITORY, 'dist/lif.mjs'), 'analyse', FILE, id, ...options], {
      cwd: lab.folder,
    });
    await lab.openFile(FILE);
    await lab.runCommand('LIF Lab: Show Analyses');
    const view = await lab.webview('.page.analyses', 60_000);
    await view.getByText(title, { exact: true }).first().click();
    return view;
  }

  private finished(): number {
    const runs = path.join(this.lab.folder, '.lif/runs');
    if (!fs.existsSync(runs)) return 0;
    const states = fs.readdirSync(runs).map((run) => {
      try {
        return JSON.parse(fs.readFileSync(path.join(runs, run, 'status.json'), 'utf8')).state as string;
      } catch {
        return ''; // it is only being made
      }
    });
    return states.filter((state) => state === 'finished').length;
  }

  /** Nothing under the pointer, no message in the way. */
  private async quiet(): Promise<void> {
    await this.lab.page.mouse.move(700, SIZE.height - 100);
    await this.lab.runCommand('Notifications: Clear All Notifications');
    await this.lab.page.waitForTimeout(800);
  }

  /** With the whole window for what is shown. */
  private async wide(look: () => Promise<void>): Promise<void> {
    await this.lab.page.keyboard.press('Control+2');
    await this.lab.runCommand('View: Toggle Maximize Editor Group');
    await this.quiet();
    await look();
    await this.lab.runCommand('View: Toggle Maximize Editor Group');
    await this.lab.page.keyboard.press('Control+1');
  }

  private async picture(name: string, theme: Theme = 'dark', size = SIZE): Promise<void> {
    const { page } = this.lab;
    const shown = this.theme ?? theme;
    if (shown !== 'dark') await this.lab.setTheme(shown);
    await page.setViewportSize(size);
    await page.locator('.statusbar-item', { hasText: 'Activating' }).waitFor({ state: 'hidden', timeout: 30_000 });
    await page.waitForTimeout(1200); // layout and pictures settle
    await page.screenshot({ path: path.join(this.folder, `${name}.png`), animations: 'disabled', caret: 'hide' });
    console.log(`${name}.png`);
    await page.setViewportSize(SIZE);
    if (shown !== 'dark' && !this.theme) await this.lab.setTheme('dark');
  }
}
