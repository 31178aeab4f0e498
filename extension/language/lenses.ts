import { type Earlier, lastResults, whyEarlier } from '../../protocol/comparison/earlier.ts';
import { isJudged, SEEDS_TO_ADD } from '../../protocol/comparison/verdicts.ts';
import type { Outline, Range } from '../../protocol/experiment.ts';
import { type Comparison, type ComparisonRow, isResumable, type RunSummary, type Spread } from '../../protocol/runs.ts';
import { meanOf } from '../../protocol/statistics.ts';
import { plainLabel, plainLine } from '../../protocol/text/plain-text.ts';
import { CAUSE_LABELS, warningsNow } from '../../protocol/warnings.ts';
import type { CommandId } from '../base/command-ids.ts';
import { accuracyText, count, jointProgress, progressText, verdictWord } from '../base/text.ts';
import { t } from '../base/words.ts';
import { activeRuns } from '../model/studies.ts';

/** A button or a note above a line. */
export interface Lens {
  range: Range;
  title: string;
  tooltip: string;
  command: CommandId;
  /** Arguments of the command after the file. */
  variant?: string;
}

/**
 * The lenses of an experiment file: above the file what concerns all variants, above each variant its own.
 * @param runs of this file.
 * @param comparison results under the settings of the text, when known.
 */
export function lensesOf(outline: Outline, runs: readonly RunSummary[], comparison: Comparison | undefined): Lens[] {
  const earlier = comparison && lastResults(comparison);
  return [
    ...fileLenses(outline, runs, comparison),
    ...outline.variants.flatMap(({ name, range }) => [
      ...variantLenses(name, range, runs, comparison),
      ...earlierLenses(name, range, comparison, earlier?.get(name)),
    ]),
  ];
}

function fileLenses(outline: Outline, runs: readonly RunSummary[], comparison: Comparison | undefined): Lens[] {
  const { range } = outline;
  const total = outline.variants.length * outline.seeds.length;
  const active = activeRuns(runs);
  const lenses: Lens[] = [
    {
      range,
      title: `$(run-all) ${t('Run all')}`,
      tooltip: t(
        'Train what is missing or outdated of {0} with {1} each: {2}',
        count(outline.variants.length, 'variant'),
        count(outline.seeds.length, 'seed'),
        count(total, 'run'),
      ),
      command: 'lifLab.runAll',
    },
    {
      range,
      title: `$(table) ${t('Compare')}`,
      tooltip: t('Table of the variants: mean and spread over seeds'),
      command: 'lifLab.compare',
    },
    {
      range,
      title: `$(graph-line) ${t('Curves')}`,
      tooltip: t('Loss and accuracy of every variant'),
      command: 'lifLab.curves',
    },
  ];
  const undecided = comparison?.rows.filter(({ verdict }) => verdict?.kind === 'undecided') ?? [];
  if (undecided.length > 0) {
    const { wanted, needed } = undecided[0]!.verdict!;
    lenses.push({
      range,
      title: `$(add) ${t('Add {0} seeds', SEEDS_TO_ADD)}`,
      tooltip: t(
        '{0} undecided: {1} in the file, {2} can decide at 5 %',
        count(undecided.length, 'variant'),
        count(wanted, 'seed'),
        needed!,
      ),
      command: 'lifLab.addSeeds',
    });
  }
  if (active.length > 0) {
    lenses.push({
      range,
      title: `$(debug-stop) ${t('Stop all ({0})', active.length)}`,
      tooltip: t('Stop every run of this file; each can be resumed'),
      command: 'lifLab.stopAll',
    });
  }
  return lenses;
}

function variantLenses(
  variant: string,
  range: Range,
  runs: readonly RunSummary[],
  comparison: Comparison | undefined,
): Lens[] {
  const place = { range, variant };
  const own = runs.filter((run) => run.variant === variant);
  const active = activeRuns(own);
  const row = comparison?.rows.find((r) => r.variant === variant);
  const idle = active.length === 0;
  const resumable = row?.runs.filter((run) => isResumable(run.state)) ?? [];
  return [
    ...(idle ? [runLens(place)] : progressLenses(place, own)),
    ...warningLenses(variant, range, row?.runs ?? [], runs),
    ...(idle ? failureLenses(place, row?.runs ?? []) : []),
    ...(idle && resumable.length > 0 ? [resumeLens(place, resumable.length)] : []),
    ...(idle && row?.accuracy !== undefined ? [resultLens(place, row, row.accuracy, resumable.length)] : []),
  ];
}

type Place = Pick<Lens, 'range'> & { variant: string };

const runLens = (place: Place): Lens => ({
  ...place,
  title: `$(play) ${t('Run')}`,
  tooltip: t('Train “{0}” with every seed', plainLine(place.variant)),
  command: 'lifLab.runVariant',
});

function progressLenses(place: Place, runs: readonly RunSummary[]): Lens[] {
  const active = activeRuns(runs);
  const running = active.filter((run) => run.state === 'running');
  return [
    {
      ...place,
      title: `$(debug-stop) ${t('Stop')}`,
      tooltip: t('Stop {0} of “{1}”; each can be resumed', count(active.length, 'run'), plainLine(place.variant)),
      command: 'lifLab.stopVariant',
    },
    {
      ...place,
      title:
        running.length === 0
          ? t('{0} queued', active.length)
          : `$(sync~spin) ${progressText(jointProgress(runs))}${accuracyNow(running)}`,
      tooltip: [
        t('{0} running, {1} queued: show the curves', running.length, active.length - running.length),
        ...waitsOf(active),
      ].join('\n'),
      command: 'lifLab.curves',
    },
  ];
}

/** What runs wait for that a cluster will train, each reason once. */
function waitsOf(runs: readonly RunSummary[]): string[] {
  const waiting = runs.filter(({ state, cluster }) => state === 'queued' && cluster !== undefined);
  return [...new Set(waiting.flatMap(({ message }) => (message === undefined ? [] : [plainLine(message)])))];
}

/** Why the last run of the row failed, if one did. */
function failureLenses(place: Place, runs: readonly RunSummary[]): Lens[] {
  const failed = runs.find((run) => run.state === 'failed' && run.message);
  if (failed === undefined) return [];
  return [
    {
      ...place,
      title: `$(error) ${plainLabel(shortened(failed.message!))}`,
      tooltip: plainLine(failed.message!),
      command: 'lifLab.openLog',
    },
  ];
}

const resumeLens = (place: Place, runs: number): Lens => ({
  ...place,
  title: `$(debug-continue) ${t('Resume')}`,
  tooltip: t('Go on with {0} of “{1}” from the last checkpoint', count(runs, 'run'), plainLine(place.variant)),
  command: 'lifLab.resume',
});

const resultLens = (place: Place, { verdict }: ComparisonRow, accuracy: Spread, unfinished: number): Lens => ({
  ...place,
  title: [
    accuracyText(accuracy),
    ...(isJudged(verdict) ? [verdictWord(verdict)] : []),
    ...(unfinished > 0 ? [t('{0} unfinished', unfinished)] : []),
  ].join(' · '),
  tooltip: [
    t('Test accuracy, mean ± sample standard deviation in percentage points'),
    ...(isJudged(verdict) ? [t('against “{0}” {1}', plainLine(verdict.against), verdict.sentence)] : []),
    t('show the comparison'),
  ].join('; '),
  command: 'lifLab.compare',
});

/** A result stays until there is another: with the settings of the text, that of earlier ones is no longer shown. */
function earlierLenses(
  variant: string,
  range: Range,
  comparison: Comparison | undefined,
  earlier: Earlier | undefined,
): Lens[] {
  const row = comparison?.rows.find((r) => r.variant === variant);
  if (!earlier?.accuracy || row?.accuracy) return [];
  const why = whyEarlier(earlier);
  return [
    {
      range,
      variant,
      title: `$(history) ${accuracyText(earlier.accuracy)} · ${t('earlier settings')}`,
      tooltip: plainLine(
        why
          ? t('Trained with other settings than those now in the file ({0}); show the comparison', why)
          : t('Trained with other settings than those now in the file; show the comparison'),
      ),
      command: 'lifLab.compare',
    },
  ];
}

/** What looks into the networks of a variant found wrong: of the runs with the settings of the text, as they are now. */
function warningLenses(
  variant: string,
  range: Range,
  ofRow: readonly RunSummary[],
  runs: readonly RunSummary[],
): Lens[] {
  const now = ofRow.map((run) => runs.find(({ id }) => id === run.id) ?? run);
  return warningsNow(now).map(({ cause, layer, sentence }) => ({
    range,
    variant,
    title: `$(warning) ${layer === undefined ? '' : `${t('layer {0}', layer)} `}${CAUSE_LABELS[cause]}`,
    tooltip: plainLine(sentence),
    command: 'lifLab.curves',
  }));
}

/** Longer reasons are cut: they are whole in the tooltip, the curves and the comparison. */
function shortened(message: string): string {
  return message.length > 90 ? `${message.slice(0, 89)}…` : message;
}

function accuracyNow(running: readonly RunSummary[]): string {
  const scores = running.flatMap((run) => run.test ?? run.validation ?? run.train ?? []);
  if (scores.length === 0) return '';
  const mean = meanOf(scores.map((score) => score.accuracy));
  return ` · ${t('{0} % now', (mean * 100).toFixed(1))}`;
}
