/** One number of each answer, so that variants can be compared seed by seed. Pure. */
import type { AnalysisId } from '../../../protocol/analyses/analyses.ts';
import type { AttackKindResult } from '../../../protocol/analyses/attack.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import { measuresOf, type Question } from '../../claims/advice/questions.ts';
import type { Group } from '../gather.ts';

/** The radius at which landscapes are compared: the middle one of the three that are asked by default. */
const RADIUS = 0.1;

/** `share`: differences are in points. `value` is undefined where an answer does not say it. */
export interface Quantity {
  name: string;
  share: boolean;
  values: { index: number; seed: number; value: number }[];
}

type Reader<A extends AnalysisId> = (result: Group<A>['answers'][number]['result']) => number | null | undefined;

/** What the answers to one question are compared by. */
export function quantitiesOf<A extends AnalysisId>(analysis: A, group: Group<A>): Quantity[] {
  return readersOf(analysis, group).flatMap(({ name, share, read }) => {
    const values = group.answers.flatMap(({ index, run, result }) => {
      const value = read(result);
      return value === undefined || value === null || !Number.isFinite(value) ? [] : [{ index, seed: run.seed, value }];
    });
    return values.length > 0 ? [{ name, share, values }] : [];
  });
}

interface Described<A extends AnalysisId> {
  name: string;
  share: boolean;
  read: Reader<A>;
}

function readersOf<A extends AnalysisId>(analysis: A, group: Group<A>): Described<A>[] {
  const readers: { [B in AnalysisId]?: (own: Group<B>) => Described<B>[] } = {
    spikes: () => [{ name: 'rate of the first spiking layer', share: true, read: ({ layers }) => layers[0]?.rate }],
    resolution: () => [kept('resolution', 'resolution', 'accuracy kept in steps of other lengths')],
    robustness: () => [
      kept('robustness', 'events', 'accuracy kept under disturbed events'),
      kept('robustness', 'weights', 'accuracy kept with disturbed weights'),
    ],
    landscape: () => [
      {
        name: `rise of the loss at radius ${RADIUS}`,
        share: false,
        read: ({ sharpness }) => sharpness.find(({ radius }) => radius === RADIUS)?.mean,
      },
      {
        name: `fall of the accuracy at radius ${RADIUS}`,
        share: true,
        read: ({ sharpness }) => sharpness.find(({ radius }) => radius === RADIUS)?.accuracyFall,
      },
    ],
    embedding: () => [
      { name: 'silhouette', share: false, read: ({ original }) => original.silhouette },
      { name: 'nearest neighbours', share: true, read: ({ original }) => original.kNearest },
    ],
    attack: ({ answers }) =>
      [...new Set(answers.flatMap(({ result }) => result.kinds.map(({ kind }) => kind)))].map((kind) => ({
        name: `withstood the strongest attack by ${kind}`,
        share: true,
        read: ({ kinds }) => {
          const own = kinds.find((one) => one.kind === kind);
          return own && withstoodAll(own);
        },
      })),
  };
  return (readers[analysis] as ((own: Group<A>) => Described<A>[]) | undefined)?.(group) ?? [];
}

const kept = <A extends 'resolution' | 'robustness'>(analysis: A, question: Question, name: string): Described<A> => ({
  name,
  share: true,
  read: (result) => measuresOf(analysis, result)[question]?.value,
});

/** Smallest cost of each attacked sample over all attacks of a kind, [n]; infinite where none fooled it. */
export function strongest({ attacks }: Pick<AttackKindResult, 'attacks'>): number[] {
  const samples = attacks[0]?.costs.length ?? 0;
  return Array.from({ length: samples }, (_, i) =>
    Math.min(...attacks.map(({ costs }) => costs[i] ?? Number.POSITIVE_INFINITY)),
  );
}

/** Share that no attack fooled, mean over the budgets: no surrogate decides it alone. */
export function withstoodAll(own: Pick<AttackKindResult, 'attacks' | 'budgets'>): number | undefined {
  const costs = strongest(own);
  if (costs.length === 0 || own.budgets.length === 0) return undefined;
  return meanOf(own.budgets.map((budget) => costs.filter((cost) => cost > budget).length / costs.length));
}
