import { Emitter } from 'vscode-jsonrpc/node';
import type { HostParams } from '../../protocol/host.ts';
import type { Comparison } from '../../protocol/runs.ts';
import type { RunsChange } from './model.ts';

/** Asks for the comparison of a file; rejects where there is none. */
type Ask = (params: HostParams<'runs/compare'>) => Promise<Comparison>;

/** The text of a file that is open in an editor, and its version. */
interface OpenText {
  version: number;
  text: string;
}

/** The comparison of each file, made anew when its runs or its text have changed. */
export class Comparisons {
  private readonly emitter = new Emitter<string>();
  /** A newer comparison of this file is known. */
  readonly onChange = this.emitter.event;
  private readonly kept = new Map<string, { key: string; asked: Promise<void>; comparison?: Comparison }>();
  /** Counts changes of the runs of each file that may change its comparison. */
  private readonly generations = new Map<string, number>();
  /** Counts changes of files that nobody has open. */
  private saves = 0;
  private readonly ask: Ask;
  private readonly openText: (file: string) => OpenText | undefined;

  constructor(ask: Ask, openText: (file: string) => OpenText | undefined) {
    this.ask = ask;
    this.openText = openText;
  }

  runsChanged({ structural, files }: RunsChange): void {
    if (structural) for (const file of files) this.generations.set(file, (this.generations.get(file) ?? 0) + 1);
  }

  filesChanged(): void {
    this.saves++;
  }

  /** The last one that is known; a newer one is asked for when there may be any. */
  known(file: string): Comparison | undefined {
    void this.of(file);
    return this.last(file);
  }

  /** The last one that is known; nothing is asked. */
  last(file: string): Comparison | undefined {
    return this.kept.get(file)?.comparison;
  }

  /** The newest. One that cannot be had leaves the last: what is wrong is shown as a diagnostic or in the status bar. */
  async of(file: string): Promise<Comparison | undefined> {
    const open = this.openText(file);
    const key = `${open ? `open ${open.version}` : `saved ${this.saves}`} ${this.generations.get(file) ?? 0}`;
    const before = this.kept.get(file);
    if (before?.key === key) {
      await before.asked;
      return before.comparison;
    }
    const entry: { key: string; asked: Promise<void>; comparison?: Comparison } = {
      key,
      asked: Promise.resolve(),
      ...(before?.comparison && { comparison: before.comparison }),
    };
    this.kept.set(file, entry);
    entry.asked = this.ask(open ? { file, text: open.text } : { file }).then(
      (comparison) => {
        entry.comparison = comparison;
        if (this.kept.get(file) === entry) this.emitter.fire(file);
      },
      () => {},
    );
    await entry.asked;
    return entry.comparison;
  }

  /** Forgets what was asked, for the query process was not there: what is known stays until it is asked again. */
  forget(): void {
    for (const entry of this.kept.values()) entry.key = '';
  }

  dispose(): void {
    this.emitter.dispose();
  }
}
