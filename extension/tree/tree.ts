import * as vscode from 'vscode';
import { isOutdated } from '../../protocol/comparison/earlier.ts';
import type { Comparison, RunSummary } from '../../protocol/runs.ts';
import { plainLine } from '../../protocol/text/plain-text.ts';
import type { StudyCatalog } from '../model/catalog.ts';
import type { Comparisons } from '../model/comparisons.ts';
import type { RunsChange, RunsModel } from '../model/model.ts';
import { groupStudies, type Study, type Variant } from '../model/studies.ts';
import { type Look, type Node, runLook, studyLook, variantLook } from './nodes.ts';
import { PEEK } from './target.ts';

/** Pushes faster than this would make the tree flicker. */
const REFRESH_MS = 500;

/** More studies than these start folded up. */
const OPEN_STUDIES = 5;

/** Studies → variants → runs, kept up to date while runs go on. */
export class RunsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<Node | Node[] | undefined>();
  readonly onDidChangeTreeData = this.emitter.event;
  private readonly runs: RunsModel;
  private readonly catalog: StudyCatalog;
  private readonly comparisons: Comparisons;
  private readonly nodes = new Map<string, Node>();
  private studies: Study[] | undefined;
  private readonly stale = new Set<Node>();
  private everything = false;
  /** By file: runs with the variant that they belong to, where that has another name than they. */
  private readonly renamed = new Map<string, ReadonlyMap<string, string>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(runs: RunsModel, catalog: StudyCatalog, comparisons: Comparisons) {
    this.runs = runs;
    this.comparisons = comparisons;
    this.catalog = catalog;
  }

  /** Progress refreshes the runs and what is above them; anything else the whole tree. */
  runsChanged(change: RunsChange): void {
    this.studies = undefined;
    if (change.structural) this.everything = true;
    for (const id of change.ids) {
      const run = this.runs.get(id);
      if (run === undefined) continue;
      this.stale.add(this.nodeOf(run));
      this.stale.add(this.node({ kind: 'variant', file: run.file, variant: this.named(run).variant }));
      this.stale.add(this.node({ kind: 'study', file: run.file }));
    }
    this.timer ??= setTimeout(() => this.flush(), REFRESH_MS);
  }

  catalogChanged(): void {
    this.studies = undefined;
    this.everything = true;
    this.timer ??= setTimeout(() => this.flush(), REFRESH_MS);
  }

  comparisonChanged(file: string): void {
    this.follow(file);
    for (const { name, runs } of this.study(file)?.variants ?? []) {
      this.stale.add(this.node({ kind: 'variant', file, variant: name }));
      for (const { id } of runs) this.stale.add(this.node({ kind: 'run', file, variant: name, runId: id }));
    }
    this.timer ??= setTimeout(() => this.flush(), REFRESH_MS);
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) return this.all().map(({ file }) => this.node({ kind: 'study', file }));
    const { file } = node;
    if (node.kind === 'study') {
      const variants = this.study(file)?.variants ?? [];
      return variants.map(({ name }) => this.node({ kind: 'variant', file, variant: name }));
    }
    if (node.kind === 'run') return [];
    const { variant } = node;
    const runs = this.variant(file, variant)?.runs ?? [];
    return runs.map((run) => this.node({ kind: 'run', file, variant, runId: run.id }));
  }

  /** The item of a run. */
  nodeOf(run: RunSummary): Node {
    const { file, variant, id } = this.named(run);
    return this.node({ kind: 'run', file, variant, runId: id });
  }

  getParent(node: Node): Node | undefined {
    if (node.kind === 'study') return undefined;
    if (node.kind === 'variant') return this.node({ kind: 'study', file: node.file });
    return this.node({ kind: 'variant', file: node.file, variant: node.variant });
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const look = this.lookOf(node);
    const { TreeItemCollapsibleState: State } = vscode;
    const leaf = node.kind === 'run' || (node.kind === 'variant' && this.getChildren(node).length === 0);
    const open = node.kind === 'study' && this.all().length <= OPEN_STUDIES;
    const state = leaf ? State.None : open ? State.Expanded : State.Collapsed;
    const item = new vscode.TreeItem(plainLine(look?.label ?? ''), state);
    item.id = idOf(node);
    if (look === undefined) return item;
    item.description = plainLine(look.description);
    item.tooltip = new vscode.MarkdownString(look.tooltip, false);
    item.accessibilityInformation = { label: plainLine(look.accessibility), role: 'treeitem' };
    item.iconPath = new vscode.ThemeIcon(look.icon, look.color ? new vscode.ThemeColor(look.color) : undefined);
    item.contextValue = look.context;
    const command = node.kind === 'run' ? 'lifLab.curves' : 'lifLab.openFile';
    item.command = { command, title: node.kind === 'run' ? 'Show Curves' : 'Open', arguments: [node, undefined, PEEK] };
    return item;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.emitter.dispose();
  }

  /** Runs of variants that have another name by now are shown below that. */
  private follow(file: string): void {
    const rows = this.comparisons.last(file)?.rows ?? [];
    const others = rows.flatMap(({ variant, runs }) =>
      runs.flatMap(({ id }): [string, string][] => (this.runs.get(id)?.variant === variant ? [] : [[id, variant]])),
    );
    const before = this.renamed.get(file);
    if (JSON.stringify([...(before ?? [])]) === JSON.stringify(others)) return;
    this.renamed.set(file, new Map(others));
    this.studies = undefined;
    this.everything = true;
  }

  private named(run: RunSummary): RunSummary {
    const variant = this.renamed.get(run.file)?.get(run.id);
    return variant === undefined ? run : { ...run, variant };
  }

  private flush(): void {
    this.timer = undefined;
    const nodes = [...this.stale];
    this.stale.clear();
    if (this.everything) this.prune();
    this.emitter.fire(this.everything ? undefined : nodes);
    this.everything = false;
  }

  private lookOf(node: Node): Look | undefined {
    if (node.kind === 'run') {
      const run = this.runs.get(node.runId);
      const siblings = this.variant(node.file, node.variant)?.runs ?? [];
      const first = siblings.find(({ seed }) => seed === run?.seed);
      const replaced = first !== undefined && first.id !== run?.id;
      return run && runLook(run, replaced || isOutdated(run, this.comparisons.last(node.file)));
    }
    if (node.kind === 'variant') {
      const variant = this.variant(node.file, node.variant);
      return variant && variantLook(variant, this.comparisonOf(variant));
    }
    const study = this.study(node.file);
    return study && studyLook(study);
  }

  /** Nothing is asked of a variant that has not run. */
  private comparisonOf({ file, runs }: Variant): Comparison | undefined {
    return runs.length === 0 ? undefined : this.comparisons.known(file);
  }

  private all(): Study[] {
    this.studies ??= groupStudies(
      this.catalog.files(),
      this.catalog.outlines(),
      this.runs.all().map((run) => this.named(run)),
    );
    return this.studies;
  }

  private study(file: string): Study | undefined {
    return this.all().find((study) => study.file === file);
  }

  private variant(file: string, name: string): Variant | undefined {
    return this.study(file)?.variants.find((variant) => variant.name === name);
  }

  private node(node: Node): Node {
    const id = idOf(node);
    const known = this.nodes.get(id);
    // A run below another variant than before is another item.
    const moved = known?.kind === 'run' && node.kind === 'run' && known.variant !== node.variant;
    if (known !== undefined && !moved) return known;
    this.nodes.set(id, node);
    return node;
  }

  /** Forgets the items of runs that were deleted. */
  private prune(): void {
    for (const [id, node] of this.nodes) {
      if (node.kind === 'run' && this.runs.get(node.runId) === undefined) this.nodes.delete(id);
    }
  }
}

function idOf(node: Node): string {
  if (node.kind === 'run') return `run:${node.runId}`;
  return node.kind === 'variant' ? `variant:${node.file}:${node.variant}` : `study:${node.file}`;
}
