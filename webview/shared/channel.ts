import { inTime, patienceFor, Refusal } from '../../protocol/calls.ts';
import type { HostResult } from '../../protocol/host.ts';
import type { FromWebview, ToWebview, WebviewMethod, WebviewParams } from '../../protocol/webview.ts';

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
    // Messages to a webview can be lost.
    const patience = patienceFor(method, 'extension');
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
