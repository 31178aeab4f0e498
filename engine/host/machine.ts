/** What of a study this machine cannot train, as marks on its text: remarks, since a file may be meant for another one. */
import type { Diagnostic } from '../../protocol/experiment.ts';
import { locateFields } from '../experiment/locate.ts';
import type { Experiment } from '../experiment/schema.ts';
import { missingBackends } from '../studies/load.ts';

/** On each `backend` that is written, once. */
export function machineRemarks(text: string, file: string, { variants }: Pick<Experiment, 'variants'>): Diagnostic[] {
  const lacks = missingBackends(variants.map(({ settings }) => settings.backend));
  const marks = lacks.flatMap(({ backend, sentence }) => {
    const places = variants
      .filter(({ settings }) => settings.backend === backend)
      .map(({ name }) => ({ variant: name, field: 'backend' }));
    return locateFields(text, file, places).flatMap((range) =>
      range === null ? [] : [{ range, severity: 'warning' as const, path: 'backend', message: sentence }],
    );
  });
  return [...new Map(marks.map((mark) => [JSON.stringify(mark.range), mark])).values()];
}
