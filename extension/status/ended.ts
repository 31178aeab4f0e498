import { clusterUse, isActive, type RunSummary } from '../../protocol/runs.ts';
import { count, usedText } from '../base/text.ts';
import { t } from '../base/words.ts';
import type { RunsChange } from '../model/model.ts';

/** What took no longer is seen to end. */
const WORTH_SAYING_MS = 30_000;

/** The runs of a file that have ended together. */
export interface Ended {
  file: string;
  /** One sentence. */
  message: string;
  failed: boolean;
}

/** Notices when the last run of a file that went on has ended. */
export class Endings {
  /** By file: runs that go on, and those that have ended beside them. */
  private readonly going = new Map<string, { ids: Set<string>; since: number }>();

  /** @param ofFile runs of a file as they are now */
  notice({ files }: RunsChange, ofFile: (file: string) => readonly RunSummary[], now = Date.now()): Ended[] {
    return [...files].flatMap((file) => {
      const runs = ofFile(file);
      const active = runs.filter(({ state }) => isActive(state));
      const known = this.going.get(file);
      if (active.length > 0) {
        const ids = known?.ids ?? new Set();
        for (const { id } of active) ids.add(id);
        this.going.set(file, { ids, since: known?.since ?? now });
        return [];
      }
      this.going.delete(file);
      const ended = runs.filter(({ id }) => known?.ids.has(id));
      if (known === undefined || ended.length === 0 || now - known.since < WORTH_SAYING_MS) return [];
      // Who stops a study knows that it has ended.
      if (ended.every(({ state }) => state === 'stopped')) return [];
      return [{ file, ...said(ended) }];
    });
  }
}

function said(ended: readonly RunSummary[]): Pick<Ended, 'message' | 'failed'> {
  const { study } = ended[0]!;
  const failed = ended.filter(({ state }) => state === 'failed' || state === 'interrupted').length;
  const runs = count(ended.length, 'run');
  if (failed > 0) return { message: t('{0}: {1} ended, {2} failed.', study, runs, failed), failed: true };
  const use = clusterUse(ended.map(({ cluster }) => cluster));
  const used = use ? ` ${usedText(use)}` : '';
  const finished = ended.every(({ state }) => state === 'finished');
  return {
    message: (finished ? t('{0}: {1} finished.', study, runs) : t('{0}: {1} ended.', study, runs)) + used,
    failed: false,
  };
}
