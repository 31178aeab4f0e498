import type { Experiment } from '../experiment/schema.ts';
import { firstError, readStudyText, studyOf } from './load.ts';

/** Texts that are remembered: those of the views that are open, about. */
const KEPT = 8;

/** Studies asked for again and again while nobody changes their files: each text is checked once. */
export class RecentStudies {
  private readonly known = new Map<string, Experiment>();

  /**
   * @param text the unsaved text; without it the file is read
   * @throws UserError with the first error of the file
   */
  experiment(file: string, text = readStudyText(file)): Experiment {
    const place = `${file}\n${text}`;
    const experiment = this.known.get(place) ?? studyOf(file, text, [], firstError).experiment;
    this.known.delete(place);
    this.known.set(place, experiment);
    for (const oldest of this.known.keys()) if (this.known.size > KEPT) this.known.delete(oldest);
    return experiment;
  }
}
