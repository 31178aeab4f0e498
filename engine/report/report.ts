/** Studies and all that was asked of them as one report: tables, figures, methods, provenance. */
import { STUDIES_WORDS, studiesCells, studiesHead, studiesNote } from '../../protocol/comparison/studies.ts';
import { count } from '../../protocol/format.ts';
import { studiesTable } from '../claims/studies.ts';
import type { StoreReader } from '../runs/store.ts';
import type { Study } from '../studies/load.ts';
import { type Block, heading, type Report, type Table } from './document.ts';
import { gather, type Reported } from './gather.ts';
import { htmlOf } from './html.ts';
import { type MarkdownReport, markdownOf } from './markdown.ts';
import { analysisBlocks, askedOf } from './parts/analyses.ts';
import { methodsBlocks } from './parts/methods.ts';
import { provenanceBlocks } from './parts/provenance.ts';
import { studyBlocks } from './parts/study.ts';

/** @param now when it is written, milliseconds since 1970 */
export async function reportOf(studies: readonly Study[], store: StoreReader, now: number): Promise<Report> {
  const reported: Reported[] = [];
  for (const study of studies) reported.push(await gather(study, store));
  const day = new Date(now).toISOString().slice(0, 10);
  const names = reported.map(({ experiment }) => experiment.name);
  const title = names.length === 1 ? names[0]! : `${count(names.length, 'study', 'studies')}: ${names.join(', ')}`;
  const counted = reported.reduce((sum, { runs }) => sum + runs.length, 0);
  const several: Block[] = reported.length > 1 ? [heading(2, 'Over all data sets'), overAll(reported)] : [];
  return {
    title,
    about: `${count(counted, 'trained network')} in ${count(reported.length, 'study', 'studies')} · written by LIF Lab on ${day}`,
    blocks: [
      ...several,
      ...reported.flatMap((study) => [
        heading(2, study.experiment.name),
        ...studyBlocks(study),
        heading(3, `${study.experiment.name}: asked of the networks`),
        ...analysisBlocks(study),
      ]),
      ...methodsBlocks(reported, askedOf(reported)),
      ...provenanceBlocks(reported, title, day),
    ],
  };
}

function overAll(studies: readonly Reported[]): Table {
  const table = studiesTable(studies);
  const head = studiesHead(table);
  const [open, close] = ['\uE001', '\uE002'];
  const rows = studiesCells(table, (text) => `${open}${text}${close}`).map((row) =>
    row.map((text) =>
      text.startsWith(open) ? { text: text.replace(open, '').replace(close, ''), strong: true as const } : text,
    ),
  );
  const words = head.flatMap((name, i) => (STUDIES_WORDS.has(name) ? [i] : []));
  return { kind: 'table', caption: studiesNote(table), head, rows, words };
}

/** What is written to a file of this name: HTML for .html, Markdown with figures beside it for .md; undefined for others. */
export function written(
  report: Report,
  name: string,
): ({ kind: 'html'; text: string } | ({ kind: 'markdown'; folder: string } & MarkdownReport)) | undefined {
  if (/\.html?$/i.test(name)) return { kind: 'html', text: htmlOf(report) };
  if (!/\.(md|markdown)$/i.test(name)) return undefined;
  const folder = `${name.replace(/\.\w+$/, '')}-figures`;
  return { kind: 'markdown', folder, ...markdownOf(report, folder) };
}
