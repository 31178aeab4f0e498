import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { plainLine } from '../../protocol/text/plain-text.ts';
import { VIEW_IDS, VIEWS, type ViewId, type ViewState, type ViewTarget } from '../../protocol/views.ts';
import { viewCommand } from '../base/command-ids.ts';
import { parseViewState } from '../base/messages.ts';
import type { Health } from '../host/client.ts';
import type { RunsChange } from '../model/model.ts';
import { type BridgeServices, ViewBridge } from './bridge.ts';
import { page } from './html.ts';

export interface PanelServices extends BridgeServices {
  loadOpen(): ViewTarget[];
  saveOpen(targets: readonly ViewTarget[]): void;
}

interface OpenPanel {
  panel: vscode.WebviewPanel;
  bridge: ViewBridge;
}

/** The webview panels: one for each file and view, brought back after a reload of the window. */
export class Panels implements vscode.Disposable {
  private readonly entries = new Map<string, OpenPanel>();
  private readonly disposables: vscode.Disposable[] = [];
  private readonly extensionUri: vscode.Uri;
  private readonly services: PanelServices;
  /** Views that were open before the window was reloaded. */
  private readonly remembered: readonly ViewTarget[];

  constructor(extensionUri: vscode.Uri, services: PanelServices) {
    this.extensionUri = extensionUri;
    this.services = services;
    this.remembered = services.loadOpen();
    for (const id of VIEW_IDS) {
      const { edits } = VIEWS[id];
      this.disposables.push(edits ? this.editor(id) : this.serializer(id));
    }
  }

  /** @param state what it is to show, whatever it showed before */
  async open(target: ViewTarget, beside: boolean, state?: ViewState): Promise<void> {
    if (VIEWS[target.view].edits) {
      const column = beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
      await vscode.commands.executeCommand(
        'vscode.openWith',
        vscode.Uri.file(target.file),
        viewCommand(target.view),
        column,
      );
      return;
    }
    const known = this.entries.get(keyOf(target));
    if (state !== undefined) {
      this.services.saveState(state);
      known?.panel.dispose();
    } else if (known !== undefined) {
      known.panel.reveal(undefined, beside);
      return;
    }
    // Views of one study share a column instead of splitting the editor again and again.
    const neighbour = [...this.entries.values()].find(({ panel }) => panel.visible);
    const viewColumn = neighbour?.panel.viewColumn ?? (beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active);
    const panel = vscode.window.createWebviewPanel(viewCommand(target.view), titleOf(target), {
      viewColumn,
      preserveFocus: beside,
    });
    this.adopt(panel, target);
  }

  /** The file of the view that has the focus. */
  activeFile(): string | undefined {
    return [...this.entries.values()].find(({ panel }) => panel.active)?.bridge.target.file;
  }

  /** Files of all views, shown or not. */
  files(): string[] {
    return [...this.entries.values()].map(({ bridge }) => bridge.target.file);
  }

  runsChanged(change: RunsChange): void {
    this.eachVisible((bridge) => bridge.runsChanged(change));
  }

  fileChanged(file: string): void {
    this.eachVisible((bridge) => bridge.fileChanged(file));
  }

  trustChanged(): void {
    this.eachVisible((bridge) => bridge.trustChanged());
  }

  healthChanged(health: Health): void {
    this.eachVisible((bridge) => bridge.healthChanged(health));
  }

  /** The panels themselves stay: the editor brings them back after a reload. */
  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** A view that changes its file: made, brought back, saved and undone by VS Code, as every editor. */
  private editor(view: ViewId): vscode.Disposable {
    return vscode.window.registerCustomEditorProvider(viewCommand(view), {
      resolveCustomTextEditor: ({ uri: { fsPath: file } }, panel) =>
        this.adopt(panel, { file, view, study: basename(file) }),
    });
  }

  /** A panel that comes back after a reload of the window. */
  private serializer(view: ViewId): vscode.Disposable {
    return vscode.window.registerWebviewPanelSerializer(viewCommand(view), {
      deserializeWebviewPanel: async (panel, raw: unknown) => this.restore(panel, raw),
    });
  }

  private restore(panel: vscode.WebviewPanel, raw: unknown): void {
    const target = parseViewState(raw)?.target ?? this.rememberedBy(panel);
    if (target !== undefined && !this.entries.has(keyOf(target))) {
      this.adopt(panel, target);
      return;
    }
    this.services.log(`The view “${panel.title}” could not be brought back: what it showed is not known.`);
    panel.dispose();
  }

  /** A view that had no time to keep its state before the window was reloaded is known by its title. */
  private rememberedBy({ viewType, title }: vscode.WebviewPanel): ViewTarget | undefined {
    // Some versions put a prefix before the type of a restored panel.
    const fits = (target: ViewTarget): boolean =>
      viewType.endsWith(viewCommand(target.view)) && title === titleOf(target) && !this.entries.has(keyOf(target));
    return this.remembered.find(fits);
  }

  private adopt(panel: vscode.WebviewPanel, target: ViewTarget): void {
    const key = keyOf(target);
    const { webview } = panel;
    const { icon } = VIEWS[target.view];
    const uri = (...path: string[]): vscode.Uri => vscode.Uri.joinPath(this.extensionUri, ...path);
    panel.title = titleOf(target);
    panel.iconPath = { light: uri('media', `${icon}-light.svg`), dark: uri('media', `${icon}-dark.svg`) };
    webview.options = { enableScripts: true, localResourceRoots: [uri('dist')] };
    const bridge = new ViewBridge(target, this.services, (message) => {
      // A webview that is gone or hidden does not take messages; it asks again when it comes back.
      webview.postMessage(message).then(undefined, () => {});
    });
    this.entries.set(key, { panel, bridge });
    this.remember();
    panel.onDidDispose(() => {
      // An editor that was moved to another window has a new panel by now.
      if (this.entries.get(key)?.panel === panel) this.entries.delete(key);
      this.remember();
    });
    webview.onDidReceiveMessage((message: unknown) => bridge.receive(message));
    webview.html = page({
      view: target.view,
      title: panel.title,
      language: vscode.env.language,
      cspSource: webview.cspSource,
      scriptUri: String(webview.asWebviewUri(uri('dist', `view-${target.view}.js`))),
      nonce: randomBytes(16).toString('base64url'),
    });
  }

  private remember(): void {
    this.services.saveOpen([...this.entries.values()].map(({ bridge }) => bridge.target));
  }

  private eachVisible(action: (bridge: ViewBridge) => void): void {
    for (const { panel, bridge } of this.entries.values()) if (panel.visible) action(bridge);
  }
}

function keyOf({ file, view }: Pick<ViewTarget, 'file' | 'view'>): string {
  return `${view}:${file}`;
}

function titleOf({ view, study }: ViewTarget): string {
  return plainLine(`${VIEWS[view].title}: ${study}`, 500);
}
