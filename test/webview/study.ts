import { readFileSync } from 'node:fs';
import { UserError } from '../../engine/base/errors.ts';
import { wilson } from '../../engine/claims/intervals.ts';
import { accuraciesOf, verdictsOf } from '../../engine/claims/verdicts.ts';
import { applyEdit } from '../../engine/experiment/edits/apply.ts';
import { matrixOf } from '../../engine/experiment/matrix/matrix.ts';
import { LineIndex } from '../../engine/experiment/text/text.ts';
import type { AnalysisAnswer } from '../../protocol/analyses/analyses.ts';
import type { SampleAnswer, SampleQuestion } from '../../protocol/analyses/sample.ts';
import type { SettingsTable } from '../../protocol/comparison/settings.ts';
import type { StudiesAcross } from '../../protocol/comparison/studies.ts';
import { worded } from '../../protocol/comparison/verdicts.ts';
import type { ExperimentEdit, TextEdit } from '../../protocol/experiment.ts';
import type { Matrix } from '../../protocol/matrix.ts';
import { type Metric, type NeuronRates, parseMetric, type RunQuantity, type Series } from '../../protocol/metrics.ts';
import type { Comparison, ComparisonRow, RunState, RunSummary, Spread, StudyEntry } from '../../protocol/runs.ts';
import type { Annotation } from '../../protocol/text/annotations.ts';
import type { RunWarning } from '../../protocol/warnings.ts';

export interface VariantPlan {
  name: string;
  changes?: Record<string, string>;
  /** Accuracy that the curve climbs to, and how many epochs that takes. */
  accuracy: number;
  climb: number;
  rates?: number[];
  /** Learned leak of each layer after the last epoch. */
  leaks?: number[];
  /** Share of potentials in the surrogate's window and gradient norm of each layer after the last epoch. */
  windows?: (number | null)[];
  gradients?: number[];
  warnings?: RunWarning[];
  /** Epoch from which everything logged is not a number. */
  nanFrom?: number;
  /** Epoch from which the loss grows without bound. */
  divergesFrom?: number;
}

/** The five variants of the delayed XOR, with curves like those of a real study. */
export const XOR: readonly VariantPlan[] = [
  { name: 'baseline', accuracy: 0.704, climb: 18, rates: [0.121] },
  { name: 'without leakage', changes: { 'neuron.leak': '1' }, accuracy: 0.722, climb: 22, rates: [0.174] },
  { name: 'complete leakage', changes: { 'neuron.leak': '0' }, accuracy: 0.502, climb: 5, rates: [0.083] },
  { name: 'without reset', changes: { 'neuron.reset': 'none' }, accuracy: 0.956, climb: 12, rates: [0.232] },
  { name: 'with recurrence', changes: { 'neuron.recurrent': 'true' }, accuracy: 0.992, climb: 8, rates: [0.147] },
];

/** Numbers that look random and are the same every time. */
export function noise(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

/** What a run says of itself after an epoch; seeds differ in how fast they are. */
const OF_RUN: Record<RunQuantity, (epoch: number, seed: number) => number> = {
  rate: (epoch) => 0.01 * 0.98 ** epoch,
  pace: (_, seed) => 68_000 - 900 * seed,
  update: (epoch) => 20 * epoch,
  time: (epoch, seed) => epoch * (0.5 + 0.05 * seed),
};

/** A run with all that it has logged; `done` epochs so far. */
export class FakeRun {
  state: RunState = 'finished';
  done: number;
  message: string | undefined;
  resumed: number[] | undefined;
  starred = false;
  note = '';
  tags: string[] = [];
  damage: string[] = [];
  readonly plan: VariantPlan;
  readonly seed: number;
  readonly epochs: number;
  private readonly curves: Record<'loss' | 'accuracy', number[]> = { loss: [], accuracy: [] };

  constructor(plan: VariantPlan, seed: number, epochs: number) {
    this.plan = plan;
    this.seed = seed;
    this.epochs = epochs;
    this.done = epochs;
    const random = noise(seed * 31 + plan.name.length * 7 + Math.round(plan.accuracy * 100));
    const chance = 0.5;
    const top = Math.min(0.998, plan.accuracy + random() * 0.12 * (1 - plan.accuracy + 0.05));
    const middle = plan.climb * (1 + random() * 0.35);
    let drift = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const learned = 1 / (1 + Math.exp(-(epoch - middle) / (plan.climb / 4)));
      drift = 0.8 * drift + random() * 0.012;
      const accuracy = Math.min(0.999, chance + (top - chance) * learned + drift * (1.3 - top));
      const broken = plan.nanFrom !== undefined && epoch >= plan.nanFrom;
      this.curves.accuracy.push(broken ? Number.NaN : accuracy);
      const loss = 0.012 + 0.69 * (1 - Math.max(0, 2 * accuracy - 1) ** 1.2) + random() * 0.01;
      if (plan.divergesFrom !== undefined && epoch >= plan.divergesFrom) {
        this.curves.loss.push(18_000_000 * (epoch / epochs));
        continue;
      }
      this.curves.loss.push(broken ? Number.NaN : Math.max(0.004, loss));
    }
  }

  get id(): string {
    return `${this.plan.name.replaceAll(' ', '-')}-${this.seed}`;
  }

  summary(file: string, study: string): RunSummary {
    const index = Math.max(0, this.done - 1);
    const accuracy = this.curves.accuracy[index]!;
    const loss = this.curves.loss[index]!;
    const score = { loss, accuracy };
    const leaks = this.plan.leaks?.map((k) => ({
      mean: k,
      least: k,
      lowerQuartile: k,
      median: k,
      upperQuartile: k,
      greatest: k,
    }));
    const { windows, gradients, warnings } = this.plan;
    const rates = {
      ...(this.plan.rates && { spikeRates: this.plan.rates }),
      ...(leaks && { leaks }),
      ...(windows && { windowShares: windows }),
      ...(gradients && { gradientNorms: gradients }),
    };
    const scored = this.done > 0 && Number.isFinite(accuracy);
    return {
      id: this.id,
      folder: `/home/me/.lif/runs/${this.id}`,
      study,
      variant: this.plan.name,
      seed: this.seed,
      file,
      state: this.state,
      epoch: this.done,
      epochs: this.epochs,
      progress: this.done / this.epochs,
      createdAt: 1_760_000_000_000 + this.seed,
      updatedAt: 1_760_000_100_000,
      seconds: this.done * (0.52 + 0.03 * this.seed + (this.plan.name.includes('recurrence') ? 0.2 : 0)),
      samplesPerSecond: 68_000 - this.seed * 900,
      ...(scored ? { train: score, test: score } : {}),
      ...(scored && this.state === 'finished'
        ? {
            result: { ...score, epoch: this.done, chosenBy: 'last epoch', ...rates },
            last: { epoch: this.done, test: score, ...rates },
          }
        : {}),
      ...(warnings && { warnings }),
      ...(this.message ? { message: this.message } : {}),
      ...(this.starred && { starred: true as const }),
      ...(this.note && { note: this.note }),
      ...(this.tags.length > 0 && { tags: this.tags }),
      ...(this.resumed && { resumed: this.resumed }),
      damage: this.damage,
    };
  }

  private valuesOf(metric: Metric): number[] {
    const { quantity, layer, split } = parseMetric(metric)!;
    if (split !== undefined) return this.curves[quantity];
    if (layer === undefined) {
      const epochs = this.curves.accuracy.map((_, i) => i + 1);
      return epochs.map((epoch) => OF_RUN[quantity](epoch, this.seed));
    }
    const { rates, leaks, windows, gradients } = this.plan;
    const last = { spikes: rates, leak: leaks, window: windows, gradient: gradients }[quantity]?.[layer - 1];
    // From 0.5 towards where it ends, as a learned leak goes.
    return last == null
      ? []
      : this.curves.accuracy.map((_, epoch) => 0.5 + ((last - 0.5) * epoch) / Math.max(1, this.epochs - 1));
  }

  series(metric: Metric, from: number, to: number, maxPoints: number): Series {
    const values = this.valuesOf(metric);
    const points: [number, number][] = [];
    for (let i = 0; i < Math.min(this.done, values.length); i++)
      if (i + 1 >= from && i + 1 <= to) points.push([i + 1, values[i]!]);
    const kept = decimate(points, maxPoints);
    return {
      runId: this.id,
      metric,
      x: kept.map(([x]) => x),
      y: kept.map(([, y]) => (Number.isFinite(y) ? y : null)),
      total: points.length,
    };
  }
}

/** Smallest and largest of each bucket, as the engine does. */
function decimate(points: [number, number][], maxPoints: number): [number, number][] {
  if (points.length <= maxPoints) return points;
  const buckets = Math.floor(maxPoints / 2);
  const out: [number, number][] = [];
  for (let b = 0; b < buckets; b++) {
    const part = points.slice(
      Math.floor((b * points.length) / buckets),
      Math.floor(((b + 1) * points.length) / buckets),
    );
    const low = part.reduce((a, p) => (p[1] < a[1] ? p : a));
    const high = part.reduce((a, p) => (p[1] > a[1] ? p : a));
    out.push(...(low === high ? [low] : low[0] < high[0] ? [low, high] : [high, low]));
  }
  return out;
}

export interface StudyOptions {
  variants?: readonly VariantPlan[];
  seeds?: number;
  epochs?: number;
  name?: string;
  file?: string;
}

/** A study in the memory of a test, answering like the engine's query process. */
export class FakeStudy {
  readonly file: string;
  /** Of which there are runs, too. */
  others: FakeStudy[] = [];
  readonly name: string;
  readonly variants: readonly VariantPlan[];
  runs: FakeRun[];
  outdated: FakeRun[] = [];
  /** The text of its file. */
  text = readFileSync('examples/delayed-xor.lif.yaml', 'utf8');
  /** What was asked of its runs. */
  analyses: AnalysisAnswer[] = [];
  /** Rates of the neurons of a run; tests put their own in place. */
  neurons: (runId: string) => NeuronRates = (runId) => ({ runId, epochs: [], layers: [] });
  /** Answers questions to samples; tests put their own in place. */
  sample: (runId: string, question: SampleQuestion) => SampleAnswer = () => {
    throw new Error('This test has no samples.');
  };

  /** The table over data sets; tests put their own in place. */
  across: (others: string[] | null) => StudiesAcross = () => ({ table: { columns: [], rows: [] }, unread: [] });

  constructor({
    variants = XOR,
    seeds = 3,
    epochs = 60,
    name = 'Delayed spiking XOR',
    file = '/home/ada/snn/delayed-xor.lif.yaml',
  }: StudyOptions = {}) {
    this.name = name;
    this.file = file;
    this.variants = variants;
    this.runs = variants.flatMap((v) => Array.from({ length: seeds }, (_, i) => new FakeRun(v, i + 1, epochs)));
  }

  /** Does what the editor does with an edit of the file. */
  edit(edit: ExperimentEdit): { edits: TextEdit[] } {
    const edits = applyEdit(this.text, this.file, edit);
    const lines = new LineIndex(this.text);
    for (const { range, text } of edits)
      this.text = this.text.slice(0, lines.offset(range.start)) + text + this.text.slice(lines.offset(range.end));
    return { edits };
  }

  matrix(fields: readonly string[]): Matrix {
    return matrixOf(this.text, this.file, fields);
  }

  find(variant: string, seed = 1): FakeRun {
    const run = this.runs.find((r) => r.plan.name === variant && r.seed === seed);
    if (!run) throw new Error(`no run of ${variant} with seed ${seed}`);
    return run;
  }

  /** Settings beyond those that variants change; `had` is what runs with earlier settings had. */
  common: Record<string, string> = { 'neuron.leak': '0.3', 'neuron.reset': 'hard', 'neuron.recurrent': 'false' };
  had: Record<string, string> = {};

  settings(runIds: readonly string[]): SettingsTable {
    const of = (changes: Record<string, string>): Record<string, string> => ({ ...this.common, ...changes });
    const variants = this.variants.map(({ name, changes = {} }) => ({ variant: name, all: of(changes) }));
    const runs = runIds.map((runId) => {
      const run = [...this.all(), ...this.outdated].find(({ id }) => id === runId.replace(/^old-/, ''))!;
      return { runId, all: of({ ...run.plan.changes, ...(runId.startsWith('old-') ? this.had : {}) }) };
    });
    const everything = [...variants, ...runs].map(({ all }) => all);
    const fields = [...new Set(everything.flatMap(Object.keys))].filter(
      (field) => new Set(everything.map((all) => all[field])).size > 1,
    );
    const valuesOf = (all: Record<string, string>): (string | null)[] => fields.map((field) => all[field] ?? null);
    return {
      fields,
      variants: variants.map(({ variant, all }) => ({ variant, values: valuesOf(all) })),
      runs: runs.map(({ runId, all }) => ({
        runId,
        values: valuesOf(all),
        commit: runId.startsWith('old-') ? 'aaaa1111bbbb2222' : 'cccc3333dddd4444',
        dirty: runId.startsWith('old-'),
        engine: '0.1.0',
      })),
    };
  }

  annotate({ runIds, starred, note, addTags = [], removeTags = [] }: { runIds: string[] } & Annotation): void {
    for (const run of this.runs.filter(({ id }) => runIds.includes(id))) {
      Object.assign(run, starred !== undefined && { starred }, note !== undefined && { note });
      run.tags = [...new Set([...run.tags, ...addTags])].filter((tag) => !removeTags.includes(tag));
    }
  }

  /** Answers like the editor: earlier settings are those of the file again. */
  adopt: (params: { variant: string; runId: string }) => { edits: TextEdit[] } = () => ({ edits: [] });

  /** Its runs, and those of the other studies. */
  private all(): FakeRun[] {
    return [this, ...this.others].flatMap(({ runs }) => runs);
  }

  studies(): StudyEntry[] {
    return [this, ...this.others].map(({ file, name, runs }) => ({ file, study: name, runs: runs.length }));
  }

  /** @throws UserError where the other study is not there */
  compare({ reference, other }: { reference?: string; other?: string }): Comparison {
    if (other === undefined) return this.comparison(reference);
    const study = this.others.find(({ file }) => file === other);
    if (!study) throw new UserError(`${other} cannot be read.`);
    return study.comparison();
  }

  comparison(reference?: string): Comparison {
    const seeds = [...new Set(this.runs.map((r) => r.seed))];
    const rows = this.variants.map((variant): ComparisonRow => {
      const runs = this.runs.filter((r) => r.plan === variant).map((r) => r.summary(this.file, this.name));
      const finished = runs.filter((r) => r.state === 'finished' && r.result);
      const results = finished.flatMap((r) => (r.result ? [r.result] : []));
      const rates = runs.flatMap((r) => (r.result?.spikeRates ? [r.result.spikeRates] : []));
      return {
        variant: variant.name,
        changes: variant.changes ?? {},
        runs,
        results: finished,
        ...(results.length > 0
          ? {
              accuracy: spread(results.map((r) => r.accuracy)),
              loss: spread(results.map((r) => r.loss)),
              seconds: spread(runs.flatMap((r) => (r.result ? [r.seconds] : []))),
            }
          : {}),
        ...(rates.length > 0 ? { spikeRates: rates[0]!.map((_, i) => spread(rates.map((r) => r[i]!))) } : {}),
      };
    });
    const baseline = rows.find(({ variant }) => variant === reference) ?? rows[0];
    const others = rows.filter((row) => row !== baseline);
    const candidates = others.map((row) => ({ variant: row.variant, identical: false, values: accuraciesOf(row) }));
    const against = { variant: baseline!.variant, values: accuraciesOf(baseline!) };
    const verdicts = verdictsOf(against, candidates, seeds.length);
    rows.forEach((row) => {
      const place = others.indexOf(row);
      row.verdict =
        place >= 0 ? verdicts[place]! : worded({ kind: 'baseline', against: row.variant, wanted: seeds.length });
      if (row.accuracy) row.testInterval = wilson(row.accuracy.mean, 2000);
    });
    const outdated = this.outdated.map((r) => ({ ...r.summary(this.file, this.name), id: `old-${r.id}` }));
    const earlier = [...new Set(outdated.map(({ variant }) => variant))].map((variant) => ({
      id: variant,
      variant,
      runs: outdated.filter((run) => run.variant === variant).map(({ id }) => id),
      had: { 'neuron.leak': '0.9' },
    }));
    return { study: this.name, file: this.file, seeds, rows, outdated, earlier };
  }

  series(params: { runIds: string[]; metrics: Metric[]; from?: number; to?: number; maxPoints: number }): Series[] {
    const { runIds, metrics, from = 0, to = Number.POSITIVE_INFINITY, maxPoints } = params;
    return runIds.flatMap((id) => {
      const old = id.startsWith('old-');
      const run = (old ? this.outdated : this.all()).find((r) => r.id === (old ? id.slice(4) : id));
      return run ? metrics.map((m) => ({ ...run.series(m, from, to, maxPoints), runId: id })) : [];
    });
  }
}

function spread(values: number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length < 2) return { mean, count: values.length };
  const deviation = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (values.length - 1));
  return { mean, deviation, count: values.length };
}
