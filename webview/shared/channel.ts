import { inTime, Refusal } from '../../protocol/calls.ts';
import type { HostResult } from '../../protocol/host.ts';
import type { FromWebview, ToWebview, WebviewMethod, WebviewParams } from '../../protocol/webview.ts';

/** How long a request may take before the view says so; messages to a webview can be lost. */
export const REQUEST_TIMEOUT_MS = 20_000;
/** Before a start the user may be asked something; a network that is looked into may have to be opened with its data. */
const PATIENCE_MS: Partial<Record<WebviewMethod, number>> = { 'runs/start': 600_000, 'samples/probe': 130_000 };

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** Requests to the extension. Each one ends: with its result, with the extension's refusal, or by timeout. */
export class Channel {
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();
  private readonly post: (message: FromWebview) => void;

  constructor(post: (message: FromWebview) => void) {
    this.post = post;
  }

  /** Rejects with an error whose message is one sentence for the user. */
  request<M extends WebviewMethod>(method: M, params: WebviewParams<M>): Promise<HostResult<M>> {
    const id = this.nextId++;
    const answer = new Promise<HostResult<M>>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      // A method and its params belong together by the signature above; the union cannot express that generically.
      this.post({ type: 'request', id, method, params } as unknown as FromWebview);
    });
    const patience = PATIENCE_MS[method] ?? REQUEST_TIMEOUT_MS;
    const late = `LIF Lab has not answered for ${patience / 1000} seconds; try again.`;
    return inTime(answer, patience, late).finally(() => this.waiting.delete(id));
  }

  /** Takes `reply` and `refusal`; an answer nobody waits for any more is dropped. */
  receive(message: ToWebview): void {
    if (message.type === 'reply') this.waiting.get(message.id)?.resolve(message.result);
    else if (message.type === 'refusal')
      this.waiting.get(message.id)?.reject(new Refusal(message.message, message.dataset));
  }
}
