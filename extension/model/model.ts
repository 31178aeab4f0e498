import { Emitter } from 'vscode-jsonrpc/node';
import type { RunSummary } from '../../protocol/runs.ts';

export interface RunsChange {
  /** Ids that were added, changed or removed. */
  ids: ReadonlySet<string>;
  /** Experiment files of those runs. */
  files: ReadonlySet<string>;
  /** Whether runs came or went, or changed their state; false for mere progress. */
  structural: boolean;
}

/** All runs of the watched stores, as the query process last told. */
export class RunsModel {
  private readonly runs = new Map<string, RunSummary>();
  private readonly emitter = new Emitter<RunsChange>();
  readonly onChange = this.emitter.event;

  get(id: string): RunSummary | undefined {
    return this.runs.get(id);
  }

  /** Newest first. */
  all(): RunSummary[] {
    return [...this.runs.values()].sort(newestFirst);
  }

  /** Runs of one experiment file, newest first. */
  ofFile(file: string): RunSummary[] {
    return this.all().filter((run) => run.file === file);
  }

  /** Experiment files of which there are runs. */
  files(): Set<string> {
    return new Set([...this.runs.values()].map(({ file }) => file));
  }

  /** The complete list replaces what is known. */
  replace(list: readonly RunSummary[]): void {
    const kept = new Set(list.map((run) => run.id));
    this.apply(
      list,
      [...this.runs.keys()].filter((id) => !kept.has(id)),
    );
  }

  apply(changed: readonly RunSummary[], removed: readonly string[]): void {
    const ids = new Set<string>();
    const files = new Set<string>();
    let structural = false;
    const note = (run: RunSummary): void => {
      ids.add(run.id);
      files.add(run.file);
    };
    for (const id of removed) {
      const run = this.runs.get(id);
      if (run === undefined) continue;
      this.runs.delete(id);
      note(run);
      structural = true;
    }
    for (const run of changed) {
      if (this.runs.get(run.id)?.state !== run.state) structural = true;
      this.runs.set(run.id, run);
      note(run);
    }
    if (ids.size > 0) this.emitter.fire({ ids, files, structural });
  }

  dispose(): void {
    this.emitter.dispose();
  }
}

function newestFirst(a: RunSummary, b: RunSummary): number {
  return b.createdAt - a.createdAt || a.seed - b.seed || (a.id < b.id ? -1 : 1);
}
