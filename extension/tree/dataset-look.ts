import type { DatasetRow } from '../../protocol/host.ts';
import { markdownText } from '../../protocol/text/plain-text.ts';
import { t } from '../base/words.ts';
import type { Look } from './nodes.ts';

const ICONS: Record<DatasetRow['state'], { icon: string; color?: string }> = {
  ready: { icon: 'pass', color: 'testing.iconPassed' },
  incomplete: { icon: 'warning', color: 'list.warningForeground' },
  'not here': { icon: 'cloud-download' },
  generated: { icon: 'sparkle' },
};

/** `12 MB`, `1.3 GB`. */
function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}

/** How a data set looks in the tree; its context is its state, for the `when` clauses of menus. */
export function datasetLook(row: DatasetRow): Look {
  const { name, title, state, licence, citation, uses, bytes, manual, folder, remarks } = row;
  const states: Record<DatasetRow['state'], string> = {
    ready: t('on this machine'),
    incomplete: t('incomplete'),
    'not here': manual === undefined && bytes !== undefined ? t('not here, {0}', size(bytes)) : t('not here'),
    generated: t('generated, no download'),
  };
  const lines = [
    `**${markdownText(title)}**`,
    markdownText(citation),
    t('Licence: {0}', markdownText(licence)),
    ...(uses === undefined ? [] : [t('Uses the files of {0}', markdownText(uses))]),
    ...(folder === null || state === 'not here' ? [] : [markdownText(folder)]),
    ...remarks.slice(0, 5).map(markdownText),
    ...(manual === undefined || state === 'ready' ? [] : [markdownText(manual)]),
  ];
  return {
    label: name,
    description: states[state],
    tooltip: lines.join('\n\n'),
    accessibility: `${title}, ${states[state]}`,
    ...ICONS[state],
    context: `dataset.${state.replace(' ', '-')}${uses === undefined ? '' : '.borrowed'}`,
  };
}
