/** Where every number comes from, and how to cite it. */
import { basename } from 'node:path';
import { sha256 } from '../../base/hash.ts';
import { engineVersion } from '../../base/version.ts';
import type { RunFile } from '../../runs/format.ts';
import { type Block, heading, paragraph, type Table } from '../document.ts';
import type { Reported } from '../gather.ts';

/** Runs that are listed one by one. */
const MAX_LISTED = 600;

/** SHA-256 of all that the report is of: keys of the runs that count and their results. The same runs have the same. */
export function fingerprintOf(studies: readonly Reported[]): string {
  const runs = studies.flatMap(({ runs }) =>
    runs.map(
      ({ summary, file }) => `${file?.key ?? '?'} ${summary.seed} ${summary.result?.epoch} ${summary.result?.accuracy}`,
    ),
  );
  return sha256(runs.sort().join('\n')).slice(0, 16);
}

const listed = (values: readonly (string | undefined)[]): string =>
  [...new Set(values.map((value) => value ?? 'not known'))].sort().slice(0, 20).join(', ') || 'not known';

const commitOf = ({ gitCommit, gitDirty }: RunFile['provenance']): string =>
  gitCommit ? `${gitCommit.slice(0, 12)}${gitDirty ? ' with changes' : ''}` : 'not known';

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** @param day the report was written on */
export function provenanceBlocks(studies: readonly Reported[], title: string, day: string): Block[] {
  const runs = studies.flatMap((study) => study.runs.map((run) => ({ ...run, study })));
  const files = runs.flatMap(({ file }) => (file ? [file] : []));
  const of = (read: (file: RunFile) => string | undefined): string => listed(files.map(read));
  const fingerprint = fingerprintOf(studies);
  const days = files.map(({ createdAt }) => dayOf(createdAt)).sort();
  const trained = days.length === 0 ? 'no run' : days[0] === days.at(-1) ? days[0]! : `${days[0]} to ${days.at(-1)}`;
  const version = of(({ provenance }) => provenance.engineVersion);
  const datasets = new Map(files.flatMap(({ provenance }) => Object.entries(provenance.dataset ?? {})));
  return [
    heading(2, 'Provenance'),
    {
      kind: 'table',
      caption: `${runs.length} runs that count`,
      head: ['what', 'value'],
      rows: [
        ['LIF Lab', `${version}; this report by ${engineVersion()}`],
        ['commit of the experiment files', of(({ provenance }) => commitOf(provenance))],
        ['trained', trained],
        ['kernels (SHA-256)', of(({ provenance }) => provenance.kernels?.slice(0, 16))],
        ['native kernels (SHA-256)', of(({ provenance }) => provenance.nativeKernels?.slice(0, 16))],
        ['instructions', of(({ provenance }) => provenance.instructions)],
        ['TensorFlow', of(({ provenance }) => provenance.tensorflow)],
        ['Node and platform', of(({ provenance: { node, platform } }) => `${node ?? '?'} ${platform ?? '?'}`)],
        ['fingerprint of the results', fingerprint],
      ],
      words: [0, 1],
    },
    ...(datasets.size > 0
      ? [
          {
            kind: 'table' as const,
            caption: 'Data: files and their SHA-256, or the version of the generator',
            head: ['file', 'SHA-256'],
            rows: [...datasets].slice(0, 50).map(([name, hash]) => [basename(name), hash]),
            words: [0, 1],
          },
        ]
      : []),
    { kind: 'details', summary: `The runs, one by one (${runs.length})`, blocks: [runsTable(runs)] },
    heading(3, 'How to cite'),
    paragraph(
      `LIF Lab ${version}, “${title}”, report of ${day}, results ${fingerprint}. ` +
        'With it belong the paper and the data sets under References.',
    ),
    {
      kind: 'code',
      text: [
        `@misc{liflab_${fingerprint},`,
        `  title = {${bibtex(title)}},`,
        `  howpublished = {Report of LIF Lab ${bibtex(version)}, results ${fingerprint}},`,
        `  year = {${day.slice(0, 4)}},`,
        `  note = {Written on ${day}; commit ${bibtex(of(({ provenance }) => commitOf(provenance)))}}`,
        '}',
      ].join('\n'),
    },
  ];
}

/** Nothing in a name ends a field or begins a command. */
const bibtex = (text: string): string => text.replace(/[{}\\@<>]/g, '').replace(/[%&#$_~^]/g, ' ');

function runsTable(runs: readonly (Reported['runs'][number] & { study: Reported })[]): Table {
  return {
    kind: 'table',
    caption:
      runs.length > MAX_LISTED
        ? `The first ${MAX_LISTED} of ${runs.length}`
        : 'Id, settings (SHA-256 of settings and seed) and experiment file (SHA-256)',
    head: ['run', 'study', 'variant', 'seed', 'made on', 'epoch', 'accuracy (%)', 'settings', 'file'],
    rows: runs
      .slice(0, MAX_LISTED)
      .map(({ summary, file, study }) => [
        summary.id,
        study.experiment.name,
        summary.variant,
        String(summary.seed),
        dayOf(summary.createdAt),
        String(summary.result?.epoch ?? '–'),
        summary.result ? (100 * summary.result.accuracy).toFixed(2) : '–',
        file?.key.slice(0, 12) ?? 'damaged',
        file?.provenance.fileHash?.slice(0, 12) ?? '–',
      ]),
    words: [0, 1, 2, 7, 8],
  };
}
