import { Refusal } from '../../protocol/calls.ts';
import type { TextEdit } from '../../protocol/experiment.ts';
import type { HostMethod, HostParams, HostResult } from '../../protocol/host.ts';
import { plainLine } from '../../protocol/text/plain-text.ts';
import type { ViewId, ViewState, ViewTarget } from '../../protocol/views.ts';
import {
  type FromWebview,
  type ToWebview,
  UNTRUSTED,
  type WebviewMethod,
  type WebviewParams,
} from '../../protocol/webview.ts';
import { isExperimentFile } from '../base/experiment-files.ts';
import { parseFromWebview } from '../base/messages.ts';
import type { Wanted } from '../commands/start.ts';
import type { Health, HostClient } from '../host/client.ts';
import type { RunsChange, RunsModel } from '../model/model.ts';

/** What starts a process or writes into a store; a wish to stop is a file in the run's folder, too. */
const NEEDS_TRUST: ReadonlySet<WebviewMethod> = new Set([
  'analyses/start',
  'analyses/stop',
  'queue/move',
  'runs/annotate',
  'runs/resume',
  'runs/start',
  'runs/stop',
  'samples/probe',
]);

/** What a view needs from the rest of the extension. */
export interface BridgeServices {
  host: Pick<HostClient, 'request' | 'health'>;
  runs: RunsModel;
  trusted(): boolean;
  /** Text of the file when it is open in an editor. */
  openText(file: string): string | undefined;
  /** Changes the text of a file that is open, which is dirty then. */
  change(file: string, edits: readonly TextEdit[]): Promise<void>;
  start(file: string, wanted: Wanted): Promise<string[]>;
  resume(runIds: string[]): Promise<void>;
  /** What the settings say beyond the file, of training and of analyses. */
  howToTrain(): Pick<HostParams<'analyses/start'>, 'threads' | 'executor'>;
  openView(file: string, view: ViewId): void;
  openFile(file: string, variant: string | undefined): void;
  /** Opens the file beside the view, which keeps the focus; resolves when its text is there. */
  showFile(file: string, variant: string): Promise<void>;
  addSeeds(file: string): void;
  /** Opens what two runs were made of beside each other; what fails is told. */
  compareRuns(runIds: string[]): void;
  /** Whether it is there then; what failed is told. */
  getData(dataset: string, how: 'download' | 'import'): Promise<boolean>;
  /** Starts what is missing, as a command: what fails is told. */
  run(file: string, variant: string | undefined): void;
  copy(text: string): Promise<void>;
  save(suggestedName: string, text: string, encoding?: 'base64'): void;
  loadState(target: ViewTarget): ViewState | undefined;
  saveState(state: ViewState): void;
  log(line: string): void;
}

type Request = Extract<FromWebview, { type: 'request' }>;

/**
 * One webview's side of the conversation. Everything that arrives is checked; every request is answered or refused.
 * A webview that is hidden and shown again starts anew with `ready`: what was under way for the old one is dropped.
 */
export class ViewBridge {
  readonly target: ViewTarget;
  private readonly services: BridgeServices;
  private readonly send: (message: ToWebview) => void;
  /** Which of its lives the webview is in; undefined before the first `ready`. It may say `ready` more than once. */
  private generation: string | undefined;
  /** Ids of the runs in the last comparison of each file: its own, and those that are laid beside it. */
  private readonly compared = new Map<string, ReadonlySet<string>>();
  /** The last start that was refused for want of data. A view starts one variant or all. */
  private lacking: { dataset: string; variant: string | undefined } | undefined;

  constructor(target: ViewTarget, services: BridgeServices, send: (message: ToWebview) => void) {
    this.target = target;
    this.services = services;
    this.send = send;
  }

  async receive(raw: unknown): Promise<void> {
    const message = parseFromWebview(raw);
    if (message === undefined) {
      this.services.log(`The ${this.target.view} view sent something that is not a message; ignored.`);
      return;
    }
    const { services, target } = this;
    switch (message.type) {
      case 'ready':
        return this.greet(message.generation);
      case 'request':
        return this.answer(message);
      case 'state':
        // A view cannot write the state of another one.
        services.saveState({ ...message.state, target } as ViewState);
        return;
      case 'openView':
        services.openView(this.withRuns(message.file) ?? target.file, message.view);
        return;
      case 'openFile':
        services.openFile(target.file, message.variant);
        return;
      case 'addSeeds':
        services.addSeeds(target.file);
        return;
      case 'compareRuns':
        services.compareRuns(message.runIds.filter((id) => this.isOwn(id)));
        return;
      case 'getData':
        return this.getData(message.dataset, message.how);
      case 'copy':
        return services.copy(message.text);
      case 'export':
        services.save(message.suggestedName, message.text, message.encoding);
    }
  }

  runsChanged(change: RunsChange): void {
    if (this.generation === undefined) return;
    const runIds = [...change.ids].filter((id) => this.isOwn(id));
    const concerns =
      change.files.has(this.target.file) || [...this.compared.keys()].some((file) => change.files.has(file));
    if (runIds.length > 0 || concerns) this.send({ type: 'changed', runIds });
  }

  /** The text of a file changed: comparisons may be others. */
  fileChanged(file: string): void {
    if (this.generation === undefined) return;
    if (file === this.target.file || this.compared.has(file)) this.send({ type: 'changed', runIds: [] });
  }

  trustChanged(): void {
    if (this.generation !== undefined) this.send({ type: 'trust', trusted: this.services.trusted() });
  }

  healthChanged(health: Health): void {
    if (this.generation !== undefined) this.send({ type: 'health', message: health.message });
  }

  private greet(generation: string): void {
    this.generation = generation;
    this.compared.clear();
    const state = this.services.loadState(this.target);
    const { target, services } = this;
    this.send({ type: 'init', generation, target, trusted: services.trusted(), ...(state ? { state } : {}) });
    if (services.host.health.message !== '') this.healthChanged(services.host.health);
  }

  /** Once the data are there, the start that lacked them is made. */
  private async getData(dataset: string, how: 'download' | 'import'): Promise<void> {
    const { lacking, services } = this;
    if (!(await services.getData(dataset, how)) || lacking?.dataset !== dataset) return;
    this.lacking = undefined;
    services.run(this.target.file, lacking.variant);
  }

  private async answer(request: Request): Promise<void> {
    const { generation } = this;
    let reply: ToWebview;
    try {
      reply = { type: 'reply', id: request.id, result: await this.resultOf(request) } as ToWebview;
    } catch (error) {
      const known = error instanceof Refusal;
      if (!known) this.services.log(`${request.method} failed: ${error instanceof Error ? error.stack : error}`);
      const dataset = known && error.dataset !== undefined ? { dataset: error.dataset } : {};
      if (dataset.dataset !== undefined && request.method === 'runs/start')
        this.lacking = { dataset: dataset.dataset, variant: request.params.variants?.[0] };
      const message = known ? error.message : 'LIF Lab failed; see its log.';
      reply = { type: 'refusal', id: request.id, message, ...dataset };
    }
    if (generation === this.generation) this.send(reply);
  }

  private resultOf(request: Request): Promise<HostResult<WebviewMethod>> {
    const { services } = this;
    const { file } = this.target;
    if (NEEDS_TRUST.has(request.method) && !services.trusted()) throw new Refusal(UNTRUSTED);
    switch (request.method) {
      case 'experiment/matrix':
        return this.pass(request.method, { ...request.params, file, text: this.text() });
      case 'experiment/edit':
        return this.edit(request.params);
      case 'runs/compare':
        return this.compare(request.params);
      case 'runs/across':
        return this.across(request.params);
      case 'runs/settings':
        return this.pass(request.method, { ...this.fileNow(), runIds: this.own(request.params.runIds) });
      case 'experiment/adopt':
        this.own([request.params.runId]);
        return this.adopt(request.params);
      case 'runs/start': {
        const { variants, seeds } = request.params;
        if (variants !== undefined && !isListOf(variants, 'string')) throw new Refusal('variants must be names.');
        if (seeds !== undefined && !isListOf(seeds, 'number')) throw new Refusal('seeds must be numbers.');
        const wanted = {
          ...(variants ? { variants } : {}),
          ...(seeds ? { seeds } : {}),
        };
        return services.start(file, wanted).then((runIds) => ({ runIds }));
      }
      case 'runs/resume':
        return services.resume(this.own(request.params.runIds)).then(() => ({ resumed: request.params.runIds }));
      case 'runs/stop':
        return this.pass(request.method, { ...request.params, runIds: this.own(request.params.runIds) });
      case 'queue/move':
      case 'runs/annotate':
        return this.pass(request.method, { ...request.params, runIds: this.own(request.params.runIds) });
      case 'analyses/start': {
        const { analysis, params, runIds } = request.params;
        return this.pass(request.method, { analysis, params, runIds: this.own(runIds), ...services.howToTrain() });
      }
      case 'analyses/stop':
      case 'samples/probe':
        this.own([request.params.runId]);
        return this.pass(request.method, request.params);
      case 'analyses/read':
        this.own([request.params.runId]);
        return this.pass(request.method, request.params);
      case 'studies/list':
        return this.pass(request.method, {});
      case 'runs/series':
      case 'analyses/list':
        return this.pass(request.method, { ...request.params, runIds: this.own(request.params.runIds) });
      case 'runs/neurons':
      case 'runs/log':
        this.own([request.params.runId]);
        return this.pass(request.method, request.params);
    }
  }

  /** By the text in the editor; while that is not valid, as in the middle of typing, by the file as it was saved. */
  private async compare({ reference, other }: WebviewParams<'runs/compare'>): Promise<HostResult<'runs/compare'>> {
    const { host, openText } = this.services;
    if (other !== undefined && this.withRuns(other) === undefined)
      throw new Refusal(`There are no runs of ${plainLine(String(other), 500)}.`);
    const file = other ?? this.target.file;
    const against = reference === undefined ? {} : { reference };
    const saved = () => host.request('runs/compare', { file, ...against });
    const text = openText(file);
    const comparison =
      text === undefined
        ? await saved()
        : await host.request('runs/compare', { file, text, ...against }).catch((error) =>
            saved().catch(() => {
              throw error;
            }),
          );
    const runs = [...comparison.rows.flatMap((row) => row.runs), ...comparison.outdated];
    this.compared.set(file, new Set(runs.map(({ id }) => id)));
    return comparison;
  }

  /** What is laid beside the own study: its runs change what is shown, but are none of this view. */
  private async across({ others }: WebviewParams<'runs/across'>): Promise<HostResult<'runs/across'>> {
    const { host, openText, runs: known } = this.services;
    const { file } = this.target;
    if (others !== null && !isListOf(others, 'string')) throw new Refusal('others must be files.');
    const texts = [...new Set([file, ...known.files()])].flatMap((name) => {
      const text = openText(name);
      return text === undefined ? [] : [{ file: name, text }];
    });
    const gone = others?.filter((other) => this.withRuns(other) === undefined) ?? [];
    const asked = others === null ? null : others.filter((other) => !gone.includes(other));
    const { table, unread } = await host.request('runs/across', { file, others: asked, texts });
    const shown = new Set(table.columns.map((column) => column.file));
    for (const name of this.compared.keys()) if (name !== file && !shown.has(name)) this.compared.delete(name);
    for (const name of shown) if (!this.compared.has(name)) this.compared.set(name, new Set());
    const missing = gone.map((name) => ({ file: name, message: 'there are no runs of it any more.' }));
    return { table, unread: [...unread, ...missing] };
  }

  private edit({ edit }: WebviewParams<'experiment/edit'>): Promise<HostResult<'experiment/edit'>> {
    const { file } = this.target;
    return this.change((text) => this.services.host.request('experiment/edit', { file, text, edit }));
  }

  /** The file is opened for it where it is not: the change is seen, and can be undone. */
  private async adopt({ variant, runId }: WebviewParams<'experiment/adopt'>): Promise<HostResult<'experiment/adopt'>> {
    const { file } = this.target;
    await this.services.showFile(file, variant);
    return this.change((text) => this.services.host.request('experiment/adopt', { file, text, variant, runId }));
  }

  /** Of the text as it is when it is changed: while somebody types in it, the edit is asked for again. */
  private async change<T extends { edits: TextEdit[] }>(edited: (text: string) => Promise<T>): Promise<T> {
    const { file } = this.target;
    for (let tries = 0; tries < 5; tries++) {
      const text = this.text();
      const result = await edited(text);
      if (this.services.openText(file) !== text) continue;
      await this.services.change(file, result.edits);
      return result;
    }
    throw new Refusal('The file changes all the time; try again.');
  }

  /** With its text where it is open. */
  private fileNow(): { file: string; text?: string } {
    const { file } = this.target;
    const text = this.services.openText(file);
    return text === undefined ? { file } : { file, text };
  }

  /** The file, where it is one of which there are runs. */
  private withRuns(file: string | undefined): string | undefined {
    if (typeof file !== 'string' || !isExperimentFile(file)) return undefined;
    return this.services.runs.files().has(file) ? file : undefined;
  }

  private text(): string {
    const text = this.services.openText(this.target.file);
    if (text === undefined) throw new Refusal('The file is no longer open; open it again.');
    return text;
  }

  /** Of this file, or found by the comparison as having been of it before it was renamed. */
  private isOwn(id: string): boolean {
    const run = this.services.runs.get(id);
    return (
      run !== undefined && (run.file === this.target.file || [...this.compared.values()].some((ids) => ids.has(id)))
    );
  }

  /** The query process checks the parameters. */
  private pass<M extends WebviewMethod & HostMethod>(method: M, params: unknown): Promise<HostResult<M>> {
    return this.services.host.request(method, params as HostParams<M>);
  }

  /** A view may only touch runs of its own file. */
  private own(ids: unknown): string[] {
    if (!isListOf(ids, 'string')) throw new Refusal('runIds must be a list of run ids.');
    const foreign = ids.find((id) => !this.isOwn(id));
    if (foreign !== undefined) throw new Refusal(`Run ${foreign.slice(0, 80)} does not exist any more.`);
    return ids;
  }
}

function isListOf(value: unknown, type: 'string'): value is string[];
function isListOf(value: unknown, type: 'number'): value is number[];
function isListOf(value: unknown, type: 'string' | 'number'): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}
