import { Refusal } from '../../protocol/calls.ts';
import type { Checked } from '../../protocol/experiment.ts';
import type { HostMethod, HostParams, HostResult } from '../../protocol/host.ts';
import type { ViewId, ViewState, ViewTarget } from '../../protocol/views.ts';
import { type FromWebview, type ToWebview, UNTRUSTED, type WebviewMethod } from '../../protocol/webview.ts';
import { parseFromWebview } from '../base/messages.ts';
import type { Wanted } from '../commands/start.ts';
import type { Health, HostClient } from '../host/client.ts';
import type { RunsChange, RunsModel } from '../model/model.ts';

/** What a view needs from the rest of the extension. */
export interface BridgeServices {
  host: Pick<HostClient, 'request' | 'health'>;
  runs: RunsModel;
  trusted(): boolean;
  /** Text of the file when it is open in an editor. */
  openText(file: string): string | undefined;
  start(file: string, wanted: Wanted): Promise<string[]>;
  openView(file: string, view: ViewId): void;
  openFile(file: string, variant: string | undefined): void;
  getData(dataset: string, how: 'download' | 'import'): void;
  save(suggestedName: string, text: string): void;
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
        services.openView(target.file, message.view);
        return;
      case 'openFile':
        services.openFile(target.file, message.variant);
        return;
      case 'getData':
        services.getData(message.dataset, message.how);
        return;
      case 'export':
        services.save(message.suggestedName, message.text);
    }
  }

  runsChanged(change: RunsChange): void {
    if (this.generation === undefined || !change.files.has(this.target.file)) return;
    const runIds = this.services.runs.ofFile(this.target.file).map((run) => run.id);
    const touched = new Set(change.ids);
    this.send({ type: 'changed', runIds: runIds.filter((id) => touched.has(id)) });
  }

  /** The text of the file changed: comparisons may be others. */
  fileChanged(): void {
    if (this.generation !== undefined) this.send({ type: 'changed', runIds: [] });
  }

  trustChanged(): void {
    if (this.generation !== undefined) this.send({ type: 'trust', trusted: this.services.trusted() });
  }

  healthChanged(health: Health): void {
    if (this.generation !== undefined) this.send({ type: 'health', message: health.message });
  }

  private greet(generation: string): void {
    this.generation = generation;
    const state = this.services.loadState(this.target);
    const { target, services } = this;
    this.send({ type: 'init', generation, target, trusted: services.trusted(), ...(state ? { state } : {}) });
    if (services.host.health.message !== '') this.healthChanged(services.host.health);
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
      const message = known ? error.message : 'LIF Lab failed; see its log.';
      reply = { type: 'refusal', id: request.id, message, ...dataset };
    }
    if (generation === this.generation) this.send(reply);
  }

  private resultOf(request: Request): Promise<HostResult<WebviewMethod>> {
    const { services } = this;
    const { file } = this.target;
    switch (request.method) {
      case 'runs/list':
        return Promise.resolve(services.runs.ofFile(file));
      case 'runs/compare':
        return this.compare();
      case 'runs/start': {
        if (!services.trusted()) throw new Refusal(UNTRUSTED);
        const { variants, seeds, again } = request.params;
        if (variants !== undefined && !isListOf(variants, 'string')) throw new Refusal('variants must be names.');
        if (seeds !== undefined && !isListOf(seeds, 'number')) throw new Refusal('seeds must be numbers.');
        const wanted = {
          ...(variants ? { variants } : {}),
          ...(seeds ? { seeds } : {}),
          ...(again === true ? { again } : {}),
        };
        return services.start(file, wanted).then((runIds) => ({ runIds }));
      }
      case 'runs/resume':
      case 'runs/stop':
        // A stop is a file in the run's folder: nothing is written before trust.
        if (!services.trusted()) throw new Refusal(UNTRUSTED);
        return this.pass(request.method, { ...request.params, runIds: this.own(request.params.runIds) });
      case 'runs/series':
        return this.pass(request.method, { ...request.params, runIds: this.own(request.params.runIds) });
      case 'runs/log':
        this.own([request.params.runId]);
        return this.pass(request.method, request.params);
    }
  }

  /** By the text in the editor; while that is not valid, as in the middle of typing, by the file as it was saved. */
  private async compare(): Promise<HostResult<'runs/compare'>> {
    const { host, openText } = this.services;
    const { file } = this.target;
    const text = openText(file);
    if (text === undefined) return host.request('runs/compare', { file });
    try {
      return await host.request('runs/compare', { file, text });
    } catch (error) {
      return host.request('runs/compare', { file }).catch(() => {
        throw error;
      });
    }
  }

  /** The query process checks the parameters. */
  private pass<M extends WebviewMethod & HostMethod>(method: M, params: unknown): Promise<HostResult<M>> {
    return this.services.host.request(method, params as HostParams<M>);
  }

  /** A view may only touch runs of its own file. */
  private own(ids: unknown): string[] {
    if (!isListOf(ids, 'string')) throw new Refusal('runIds must be a list of run ids.');
    const foreign = ids.find((id) => this.services.runs.get(id)?.file !== this.target.file);
    if (foreign !== undefined) throw new Refusal(`Run ${foreign.slice(0, 80)} does not exist any more.`);
    return ids;
  }
}

function isListOf(value: unknown, type: 'string'): value is string[];
function isListOf(value: unknown, type: 'number'): value is number[];
function isListOf(value: unknown, type: 'string' | 'number'): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}

/** Whether a comparison of the file as it stands makes sense. */
export function isValid(checked: Checked): boolean {
  return checked.outline !== undefined && checked.diagnostics.every(({ severity }) => severity !== 'error');
}
