import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Paired } from '../../../protocol/comparison/verdicts.ts';
import { intervalText } from '../../../protocol/comparison/verdicts.ts';
import { percentSign, points } from '../../shared/format.ts';
import { type Row, seedAccuracies } from './rows.ts';

/** With more pairs than these the lines are a grey area: the interval says more. */
const MAX_LINES = 50;
const WIDTH = 46;
const HEIGHT = 34;
const ROOM = 5;

/** The mean difference with its interval, a line for each seed, and what may be said of it all. */
export function difference(row: Row): TemplateResult | string {
  if (row.earlier) return html`<span class="none"></span>`;
  const { verdict } = row;
  if (!verdict || verdict.kind === 'baseline')
    return html`<span class="none">${verdict ? (row.index === 0 ? 'baseline' : 'reference') : '–'}</span>`;
  const { paired } = verdict;
  return html`${
    paired && verdict.kind !== 'identical'
      ? html`<span class="with-picture">
          <span>
            <span class="figure ${verdict.kind}">${points(paired.mean, 2)}</span>
            ${
              paired.interval
                ? html`<span class="interval" title="95 % interval of the mean difference, Student’s t over the seeds"
                    ><span class="visually-hidden">95 % interval</span> ${intervalText(paired.interval)}</span
                  >`
                : nothing
            }
          </span>
          ${slopes(row, paired)}
        </span>`
      : nothing
  }
    <p class="verdict ${verdict.kind}">${verdict.sentence}</p>`;
}

/** Left the baseline, right the variant: a dot for each seed, and a line between the two of one seed. */
function slopes(row: Row, { seeds, differences }: Paired): TemplateResult | typeof nothing {
  if (seeds.length > MAX_LINES) return nothing;
  const own = new Map(seedAccuracies(row).map(({ seed, accuracy }) => [seed, accuracy]));
  const pairs = seeds.map((seed, i) => {
    const to = own.get(seed)!;
    return { seed, from: to - differences[i]!, to };
  });
  const all = pairs.flatMap(({ from, to }) => [from, to]);
  const low = Math.min(...all);
  // A hair's breadth is not drawn as a cliff.
  const span = Math.max(Math.max(...all) - low, 0.01);
  const y = (value: number): number => HEIGHT - ROOM - ((value - low) / span) * (HEIGHT - 2 * ROOM);
  const against = row.verdict!.against;
  const text = pairs.map(({ seed, from, to }) => `seed ${seed}: ${percentSign(from, 2)} to ${percentSign(to, 2)}`);
  return html`<svg
    class="slopes"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="From ${against} to ${row.variant}: ${text.join(', ')}"
  >
    <title>${[`${against} → ${row.variant}`, ...text].join('\n')}</title>
    ${pairs.map(
      ({ from, to }) => svg`<g class=${to > from ? 'up' : to < from ? 'down' : 'level'}>
        <line x1=${ROOM} y1=${y(from)} x2=${WIDTH - ROOM} y2=${y(to)} />
        <circle cx=${ROOM} cy=${y(from)} r="2.5" />
        <circle cx=${WIDTH - ROOM} cy=${y(to)} r="2.5" />
      </g>`,
    )}
  </svg>`;
}
