import * as vscode from 'vscode';
import type { DatasetRow } from '../../protocol/host.ts';
import { plainLine } from '../../protocol/text/plain-text.ts';
import { datasetLook } from './dataset-look.ts';

/** An item; commands take it for the data set that they are about. */
interface DatasetNode {
  dataset: string;
}

/** The data sets that there are, and which of them are on this machine. Looked for when the view is first seen. */
export class DatasetsTree implements vscode.TreeDataProvider<DatasetNode>, vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.emitter.event;
  private rows: ReadonlyMap<string, DatasetRow> = new Map();

  constructor(private readonly list: () => Promise<DatasetRow[]>) {}

  /** Something may have come or gone. */
  refresh(): void {
    this.emitter.fire();
  }

  async getChildren(node?: DatasetNode): Promise<DatasetNode[]> {
    if (node !== undefined) return [];
    this.rows = new Map((await this.list().catch(() => [])).map((row) => [row.name, row]));
    return [...this.rows.keys()].map((dataset) => ({ dataset }));
  }

  getTreeItem({ dataset }: DatasetNode): vscode.TreeItem {
    const row = this.rows.get(dataset);
    const item = new vscode.TreeItem(plainLine(dataset));
    if (row === undefined) return item;
    const look = datasetLook(row);
    item.id = dataset;
    item.description = plainLine(look.description);
    item.tooltip = new vscode.MarkdownString(look.tooltip, false);
    item.accessibilityInformation = { label: plainLine(look.accessibility), role: 'treeitem' };
    item.iconPath = new vscode.ThemeIcon(look.icon, look.color ? new vscode.ThemeColor(look.color) : undefined);
    item.contextValue = look.context;
    return item;
  }

  dispose(): void {
    this.emitter.dispose();
  }
}
