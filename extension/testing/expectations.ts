import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { JudgedClaim } from '../../protocol/comparison/claims.ts';
import type { Outline } from '../../protocol/experiment.ts';
import { plainLabel } from '../../protocol/text/plain-text.ts';
import { showNote } from '../base/notify.ts';
import { t } from '../base/words.ts';
import { toRange } from '../language/convert.ts';
import { offerFor, shownAs } from './outcomes.ts';

export interface ExpectationServices {
  /** Judges the expectations of a file as it stands in the editor or on the disk. */
  judge(file: string): Promise<JudgedClaim[]>;
  /** Trains what is missing of a file. */
  train(file: string): void;
}

/** The `expect:` lines of the workspace as tests: one item for each, below its file. */
export class ExpectationTests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController('lifLab.expectations', 'LIF Lab');
  private readonly services: ExpectationServices;

  constructor(services: ExpectationServices) {
    this.services = services;
    this.controller.createRunProfile(
      t('Judge'),
      vscode.TestRunProfileKind.Run,
      (request, token) => this.run(request, token),
      true,
    );
  }

  /** The files of the workspace and what is in them. */
  show(outlines: ReadonlyMap<string, Outline>): void {
    for (const [id] of this.controller.items)
      if (!outlines.get(id)?.expectations.length) this.controller.items.delete(id);
    for (const [file, { name, expectations }] of outlines) {
      if (expectations.length === 0) continue;
      const uri = vscode.Uri.file(file);
      const item =
        this.controller.items.get(file) ??
        this.controller.createTestItem(file, plainLabel(name || basename(file)), uri);
      this.controller.items.add(item);
      item.label = plainLabel(name || basename(file));
      item.children.replace(
        expectations.map(({ text, range }, i) => {
          // The same sentence keeps its result when lines above it come or go.
          const nth = expectations.slice(0, i).filter((other) => other.text === text).length;
          const id = `${nth} ${text}`;
          const child = item.children.get(id) ?? this.controller.createTestItem(id, plainLabel(text), uri);
          child.range = toRange(range);
          return child;
        }),
      );
    }
  }

  /** Runs of these files changed: what was judged before may no longer hold. */
  runsChanged(files: ReadonlySet<string>): void {
    const stale = [...files].flatMap((file) => this.controller.items.get(file) ?? []);
    if (stale.length > 0) this.controller.invalidateTestResults(stale);
  }

  dispose(): void {
    this.controller.dispose();
  }

  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = this.controller.createTestRun(request);
    for (const [file, items] of this.wanted(request)) {
      if (token.isCancellationRequested) break;
      for (const item of items) run.started(item);
      try {
        this.report(run, file, items, await this.services.judge(file));
      } catch (error) {
        const message = new vscode.TestMessage(error instanceof Error ? error.message : String(error));
        for (const item of items) run.errored(item, message);
      }
    }
    run.end();
  }

  private report(run: vscode.TestRun, file: string, items: vscode.TestItem[], judged: JudgedClaim[]): void {
    const seen = new Map<string, number>();
    const byId = new Map(
      judged.map((claim) => {
        const nth = seen.get(claim.text) ?? 0;
        seen.set(claim.text, nth + 1);
        return [`${nth} ${claim.text}`, claim];
      }),
    );
    const found: JudgedClaim[] = [];
    for (const item of items) {
      const claim = byId.get(item.id);
      if (!claim) {
        run.skipped(item);
        continue;
      }
      found.push(claim);
      const { state, description, message } = shownAs(claim);
      item.description = description;
      const location = item.uri && item.range ? new vscode.Location(item.uri, item.range) : undefined;
      run.appendOutput(`${plainLabel(claim.text)}: ${message}\r\n`, location, item);
      if (state === 'failed') {
        const failure = new vscode.TestMessage(message);
        if (location) failure.location = location;
        run.failed(item, failure);
      } else if (state === 'passed') run.passed(item);
      else run.skipped(item);
    }
    const offer = offerFor(found);
    if (offer !== undefined) showNote(offer, { title: t('Run What Is Missing'), run: () => this.services.train(file) });
  }

  /** The items that are to be judged, by file. */
  private wanted({ include, exclude = [] }: vscode.TestRunRequest): Map<string, vscode.TestItem[]> {
    const found = new Map<string, vscode.TestItem[]>();
    const add = (item: vscode.TestItem): void => {
      if (exclude.includes(item)) return;
      if (item.parent === undefined) {
        for (const [, child] of item.children) add(child);
        return;
      }
      const items = found.get(item.parent.id) ?? [];
      found.set(item.parent.id, items);
      if (!items.includes(item)) items.push(item);
    };
    if (include) for (const item of include) add(item);
    else for (const [, item] of this.controller.items) add(item);
    return found;
  }
}
