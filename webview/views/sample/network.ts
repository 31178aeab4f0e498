import { html, nothing, type TemplateResult } from 'lit';
import { capital, layerName } from '../../../protocol/layers.ts';
import { rowsAt } from '../../plot/maps/dots.ts';
import { raster } from '../../plot/maps/raster.ts';
import { count } from '../../shared/format.ts';
import { scoresOverTime } from './scores.ts';
import { type Moment, momentOf, type ShownNetwork } from './shown.ts';
import { traces } from './trace.ts';

/** One network: what it decides, the spikes of its layers, potentials. @param all networks that are shown */
export function network(shown: ShownNetwork, all: readonly ShownNetwork[], first: Moment): TemplateResult {
  const { run, answer } = shown;
  const moment = momentOf(first, answer.steps);
  return html`<section class="network" aria-label=${run.variant}>
    <h2>${run.variant} <span class="muted">seed ${run.seed}, after ${count(answer.checkpoint, 'weight update')}</span></h2>
    <div class="network-part">${scoresOverTime(shown, all, moment)}</div>
    <div class="network-part">
      ${answer.layers.map((layer) => (layer.spikes ? spikesOf(shown, layer.layer, moment) : nothing))}
      ${traces(shown, all, moment)}
    </div>
  </section>`;
}

function spikesOf({ answer, colour }: ShownNetwork, layer: number, moment: Moment): TemplateResult {
  const { name, neurons, spikes } = answer.layers[layer]!;
  const title = capital(layerName(name, layer));
  const dots = { steps: answer.steps, rows: neurons, ...spikes! };
  const summary = `${count(dots.items.length, 'spike')} of ${count(neurons, 'neuron')}`;
  return html`<figure class="panel-figure">
    <figcaption>
      <h3>${title}</h3>
      <span class="muted">${summary}</span>
    </figcaption>
    <div class="rows">
    <div class="trace-range muted" aria-hidden="true"><span>${neurons - 1}</span><span>0</span></div>
    ${raster(dots, {
      label: `${title}: ${summary} over ${answer.steps} steps; as a table under Table`,
      colour,
      step: moment.step,
      choose: moment.choose,
      pointed: moment.pointed(name),
      point: (place) => moment.point(name, place),
      describe: ({ step, row }) => {
        const fired = rowsAt(dots, step);
        return `step ${step + 1}, neuron ${row} ${fired.includes(row) ? 'fires' : 'does not fire'}; ${fired.length} of ${neurons} fire in this step`;
      },
    })}
    </div>
  </figure>`;
}
