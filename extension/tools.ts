/** The tools of LIF Lab for language models in the editor, and the same as a server for other agents in it. */
import * as vscode from 'vscode';
import { Refusal } from '../protocol/calls.ts';
import { markdownText } from '../protocol/text/plain-text.ts';
import { TOOL_NAMES, type ToolName, traitsOf } from '../protocol/tools.ts';
import { UNTRUSTED } from '../protocol/webview.ts';
import { folderOf, storeIn } from './base/experiment-files.ts';
import { readSettings, SECTION } from './base/settings.ts';
import { t } from './base/words.ts';
import type { HostClient } from './host/client.ts';
import { runtime } from './host/command.ts';

type Input = Record<string, unknown>;

/** The tools, in the names of the manifest. What only reads is done at once; the others are asked for first. */
export function registerTools(host: HostClient): vscode.Disposable {
  return vscode.Disposable.from(
    ...TOOL_NAMES.map((name) => vscode.lm.registerTool<Input>(`lifLab_${name}`, tool(host, name))),
  );
}

function tool(host: HostClient, name: ToolName): vscode.LanguageModelTool<Input> {
  const { title, question, needsTrust } = traitsOf(name);
  const refuse = (): void => {
    if (needsTrust && !vscode.workspace.isTrusted) throw new Refusal(t(UNTRUSTED));
  };
  return {
    prepareInvocation({ input }) {
      refuse();
      const about = markdownText([input.file, input.runs, input.variants].flat().filter(isText).join(', '));
      const message = new vscode.MarkdownString(`${question}\n\n${about}`);
      return {
        invocationMessage: new vscode.MarkdownString(`${title}: ${about}`),
        ...(question !== undefined && { confirmationMessages: { title, message } }),
      };
    },
    async invoke({ input }, token) {
      refuse();
      const { folder, store } = await placeOf(input);
      const answer = await host.request('tools/call', { name, input, folder, store }, token);
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(answer.text)]);
    },
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** The workspace folder that is meant, by the file where there is one, and its store. Rejects with a Refusal where there is none. */
async function placeOf({ file }: Input): Promise<{ folder: string; store: string }> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  if (folders.length === 0)
    throw new Refusal(t('Open a folder first: tools work within the folders of the workspace.'));
  const place = ({ uri }: vscode.WorkspaceFolder) => {
    return { folder: uri.fsPath, store: storeIn(uri.fsPath, readSettings(uri).store) };
  };
  if (isText(file) && folders.length > 1) {
    const paths = folders.map(({ uri }) => uri.fsPath);
    const containing = folders.find(({ uri }) => uri.fsPath === folderOf(file, paths));
    if (containing) return place(containing);
    for (const folder of folders) if (await exists(vscode.Uri.joinPath(folder.uri, file))) return place(folder);
  }
  return place(folders[0]!);
}

function exists(uri: vscode.Uri): Thenable<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** The part of VS Code 1.101 that editors from 1.100 on may lack. */
interface McpApi {
  lm: {
    registerMcpServerDefinitionProvider?(
      id: string,
      provider: { onDidChangeMcpServerDefinitions: vscode.Event<void>; provideMcpServerDefinitions(): unknown[] },
    ): vscode.Disposable;
  };
  McpStdioServerDefinition?: new (
    label: string,
    command: string,
    args: string[],
    env: Record<string, string>,
    version: string,
  ) => unknown;
}

/** Offers `lif mcp` for each folder where the setting asks for it, in trusted workspaces, and where the editor has such servers. */
export function registerMcpServer(script: string, version: string): vscode.Disposable {
  const { lm, McpStdioServerDefinition: Definition } = vscode as unknown as McpApi;
  // 1.100 has the function as a proposal, and throws.
  const [, minor] = vscode.version.split('.').map(Number);
  if (minor! < 101 || lm.registerMcpServerDefinitionProvider === undefined || Definition === undefined)
    return new vscode.Disposable(() => {});
  const changed = new vscode.EventEmitter<void>();
  const provider = lm.registerMcpServerDefinitionProvider('lifLab.mcp', {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions() {
      const settings = readSettings();
      if (!vscode.workspace.isTrusted || !settings.mcpServer) return [];
      const { program, env } = runtime(settings);
      const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
      return folders.map(({ name, uri }) => {
        const store = storeIn(uri.fsPath, readSettings(uri).store);
        const args = [script, 'mcp', '--folder', uri.fsPath, '--store', store];
        return new Definition(folders.length > 1 ? `LIF Lab (${name})` : 'LIF Lab', program, args, env, version);
      });
    },
  });
  return vscode.Disposable.from(
    provider,
    changed,
    vscode.workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    vscode.workspace.onDidChangeWorkspaceFolders(() => changed.fire()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(SECTION)) changed.fire();
    }),
  );
}
