/** How often each neuron fires, over the epochs, while training goes on: a map for each variant, on one scale and one axis. */
import { html, nothing, type TemplateResult } from 'lit';
import type { NeuronRates } from '../../../../protocol/metrics.ts';
import { csvField } from '../../../../protocol/text/csv.ts';
import { type Cell, colourScale, heatmap } from '../../../plot/maps/heatmap.ts';
import { type NumberTable, numberTable } from '../../../plot/number-table.ts';
import { epoch, percentSign } from '../../../shared/format.ts';
import type { Session } from '../../../shared/session.ts';
import type { Theme } from '../../../shared/theme.ts';
import type { VariantEntry } from '../variants.ts';
import { type MapOfNeurons, mapOf, NEURON_ORDERS, nameOfGroup } from './neuron-map.ts';
import { Preferences } from './preferences.ts';

/** Variants that get a map, at most: each is a log that is read anew with every epoch. */
const MAX_MAPS = 8;
/** Epochs in a table, at most; the export has all of them. */
const MAX_COLUMNS = 12;

/** Why the rows of a run are not in an order. */
const UNSORTED = {
  class: 'by place: ask Analyses for its spikes to know which class its neurons prefer',
  leak: 'by place: its neurons learn no leak of their own',
};

interface Shown {
  name: string;
  seed: number;
  rates: NeuronRates;
}

export class NeuronMaps {
  /** By run, with the epochs done when they were asked for. */
  private readonly known = new Map<string, { epoch: number; rates: NeuronRates }>();
  /** Maps are not made, and drawn, anew for every move of the pointer. */
  private readonly made = new WeakMap<NeuronRates, { key: string; map: MapOfNeurons | undefined }>();
  private cell: Cell | undefined;
  private readonly preferences: Preferences;

  constructor(private readonly session: Session<'curves'>) {
    this.preferences = new Preferences(session);
  }

  /** Asks for the rates of what is visible where an epoch has passed since; of several seeds the first one's. */
  async pull(entries: readonly VariantEntry[]): Promise<void> {
    if (this.session.state.neuronOrder === 'class') {
      await this.preferences.pull(chosen(entries).map(({ run }) => run.id));
      this.session.invalidate();
    }
    for (const { run } of chosen(entries)) {
      if (this.known.get(run.id)?.epoch === run.epoch) continue;
      const rates = await this.session.channel.request('runs/neurons', { runId: run.id });
      this.known.set(run.id, { epoch: run.epoch, rates });
      this.session.invalidate();
    }
  }

  /** Whether something visible has not been asked for since its last epoch. */
  incomplete(entries: readonly VariantEntry[]): boolean {
    const byClass = this.session.state.neuronOrder === 'class';
    return chosen(entries).some(
      ({ run }) => this.known.get(run.id)?.epoch !== run.epoch || (byClass && !this.preferences.asked(run.id)),
    );
  }

  picture(entries: readonly VariantEntry[], theme: Theme): TemplateResult {
    const { session } = this;
    const shown = this.shown(entries);
    const numbers = layersOf(shown);
    if (numbers.length === 0) return html`<p class="muted">${this.emptyReason(entries)}</p>`;
    const layer = numbers.find((one) => one === session.state.neuronLayer) ?? numbers[0]!;
    const axis = axisOf(shown);
    const maps = shown.map((one) => ({ ...one, map: this.mapOf(one.rates, layer, axis) }));
    const highest = Math.max(0, ...maps.flatMap(({ map }) => map?.highest ?? 0));
    const scale = { range: [0, highest] as const, map: 'sequential' as const, scheme: theme.scheme };
    const left = entries.filter(({ hidden }) => !hidden).length - MAX_MAPS;
    return html`<section class="neurons" aria-label="Rates of the neurons over epochs">
      <div class="neurons-head">
        <h2>Rates of the neurons</h2>
        ${
          numbers.length > 1
            ? this.select(
                'Layer',
                numbers,
                layer,
                (n) => `layer ${n}`,
                (neuronLayer) => session.update({ neuronLayer }),
              )
            : nothing
        }
        ${this.select(
          'Sort by',
          NEURON_ORDERS,
          session.state.neuronOrder,
          (one) => one,
          (neuronOrder) => session.update({ neuronOrder }),
        )}
        ${colourScale(scale, 'spikes per step', (value) => percentSign(value))}
      </div>
      <div class="side-by-side">${maps.map((one) => this.figure(one, layer, axis, scale))}</div>
      <p class="muted">
        In a few training samples, the same ones after every epoch.${left > 0 ? ` The first ${MAX_MAPS} variants; hide some in the legend to see the other ${left}.` : ''}
      </p>
    </section>`;
  }

  tables(entries: readonly VariantEntry[]): TemplateResult[] {
    const shown = this.shown(entries);
    return layersOf(shown).map((layer) => numberTable(tableOf(shown, layer)));
  }

  /** One row for each neuron, or group of neighbours, and epoch. */
  csv(entries: readonly VariantEntry[]): string {
    const lines = ['variant,seed,run,layer,first_neuron,last_neuron,epoch,rate'];
    for (const { name, seed, rates } of this.shown(entries))
      for (const [l, layer] of rates.layers.entries())
        for (let i = 0; layer && i < layer.rates.length; i++) {
          const [e, g] = [Math.floor(i / layer.groups), i % layer.groups];
          const [first, last] = [g, g + 1].map((one) => Math.floor((one * layer.neurons) / layer.groups)) as [
            number,
            number,
          ];
          lines.push(
            [csvField(name), seed, csvField(rates.runId), l + 1, first, last - 1, rates.epochs[e], layer.rates[i]].join(
              ',',
            ),
          );
        }
    return `${lines.join('\n')}\n`;
  }

  private shown(entries: readonly VariantEntry[]): Shown[] {
    return chosen(entries).flatMap(({ name, run }) => {
      const rates = this.known.get(run.id)?.rates;
      return rates && rates.epochs.length > 0 ? [{ name, seed: run.seed, rates }] : [];
    });
  }

  private mapOf(rates: NeuronRates, layer: number, axis: readonly number[]): MapOfNeurons | undefined {
    const order = this.session.state.neuronOrder;
    const groups = rates.layers[layer - 1]?.groups ?? 0;
    const preferred = order === 'class' ? this.preferences.of(rates.runId, layer - 1, groups) : undefined;
    const key = JSON.stringify([layer, order, axis, preferred]);
    const known = this.made.get(rates);
    if (known?.key === key) return known.map;
    const map = mapOf(rates, layer, axis, order, preferred);
    this.made.set(rates, { key, map });
    return map;
  }

  private emptyReason(entries: readonly VariantEntry[]): string {
    if (entries.length > 0 && entries.every(({ hidden }) => hidden)) return 'All variants are hidden.';
    const asked = chosen(entries);
    const unread = asked.filter(({ run }) => !this.known.has(run.id));
    if (asked.length === 0 || unread.length > 0)
      return unread.some(({ run }) => run.epoch > 0) ? 'Reading the rates…' : 'Waiting for the first epoch…';
    return 'The rates of single neurons were not logged: no layer spikes, or the runs are of an earlier version.';
  }

  private figure(
    { name, seed, rates, map }: Shown & { map: MapOfNeurons | undefined },
    layer: number,
    axis: readonly number[],
    scale: Pick<Parameters<typeof colourScale>[0], 'range' | 'map' | 'scheme'>,
  ): TemplateResult {
    const by = this.session.state.neuronOrder;
    const settled = by !== 'class' || this.preferences.asked(rates.runId);
    const why = map && settled && !map.sorted && by in UNSORTED ? UNSORTED[by as keyof typeof UNSORTED] : undefined;
    const caption = html`<figcaption>
      <h3>${name}</h3><span class="muted">seed ${seed}${why ? `, ${why}` : ''}</span>
    </figcaption>`;
    if (!map)
      return html`<figure class="panel-figure">${caption}<p class="muted">has no spiking layer ${layer}.</p></figure>`;
    const { order, values, groups, neurons, leaks } = map;
    const byPlace = by === 'place' || !map.sorted;
    return html`<figure class="panel-figure">
      ${caption}
      ${heatmap(
        { ...scale, rows: groups, columns: axis.length, values, open: true },
        {
          label: `Rates of the ${neurons} neurons of layer ${layer} over epochs, ${name}, seed ${seed}; as a table under Table`,
          xAxis: { from: epoch(axis[0]!), to: epoch(axis.at(-1)!), name: 'epoch' },
          yAxis: {
            from: byPlace ? '0' : 'least',
            to: byPlace ? String(neurons - 1) : 'most',
            name: byPlace ? 'neuron' : `neurons by ${by}`,
          },
          pointed: this.cell,
          point: (cell) => {
            this.cell = cell;
            this.session.invalidate();
          },
          describe: ({ row, column }) => {
            const [group, value] = [order[row], values[row * axis.length + column]];
            if (group === undefined || value === undefined) return '';
            const said = Number.isNaN(value) ? 'not trained so far' : percentSign(value);
            const leak = leaks ? `; k ${leaks[group]!.toFixed(2)} after the newest epoch` : '';
            return `${nameOfGroup(group, map)}, epoch ${epoch(axis[column]!)}: ${said}${leak}`;
          },
        },
      )}
    </figure>`;
  }

  private select<T extends string | number>(
    label: string,
    values: readonly T[],
    value: T,
    text: (value: T) => string,
    choose: (value: T) => void,
  ): TemplateResult {
    return html`<label class="also"
      ><span>${label}</span
      ><select @change=${(event: Event) => choose(values[(event.target as HTMLSelectElement).selectedIndex]!)}>
        ${values.map((one) => html`<option .selected=${one === value}>${text(one)}</option>`)}
      </select></label
    >`;
  }
}

/** The first run that has begun of every variant that is not hidden. */
function chosen(entries: readonly VariantEntry[]): { name: string; run: VariantEntry['runs'][number] }[] {
  return entries
    .filter(({ hidden }) => !hidden)
    .flatMap(({ name, runs }) => {
      const run = runs.toSorted((a, b) => a.seed - b.seed).find(({ progress }) => progress > 0);
      return run ? [{ name, run }] : [];
    })
    .slice(0, MAX_MAPS);
}

/** Counted from 1: those that spike in any of them. */
function layersOf(shown: readonly Shown[]): number[] {
  const numbers = shown.flatMap(({ rates }) => rates.layers.flatMap((layer, l) => (layer ? [l + 1] : [])));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** The epochs of the run that has come farthest, so that a place means the same in all maps. */
function axisOf(shown: readonly Shown[]): number[] {
  return shown.map(({ rates }) => rates.epochs).reduce((a, b) => (b.at(-1)! > a.at(-1)! ? b : a));
}

function tableOf(shown: readonly Shown[], layer: number): NumberTable {
  const axis = axisOf(shown);
  const step = Math.ceil(axis.length / MAX_COLUMNS);
  const columns = [...axis.keys()].filter((i) => (axis.length - 1 - i) % step === 0);
  return {
    title: `Rates of the neurons of layer ${layer}`,
    note: `spikes per neuron and step${step > 1 ? `; 1 in ${step} epochs, export them for all` : ''}`,
    header: ['variant', 'seed', 'neuron', ...columns.map((i) => `epoch ${epoch(axis[i]!)}`)],
    rows: shown.flatMap(({ name, seed, rates }) => {
      const map = mapOf(rates, layer, axis, 'place');
      if (!map) return [];
      return map.order.map((group) => [
        ...[name, seed, nameOfGroup(group, map).replace(/^neurons? /, '')],
        ...columns.map((i) => {
          const value = map.values[group * axis.length + i]!;
          return Number.isNaN(value) ? null : value;
        }),
      ]);
    }),
  };
}
