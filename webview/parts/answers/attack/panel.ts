import { html, nothing, type TemplateResult } from 'lit';
import type { AttackKind, AttackKindResult } from '../../../../protocol/analyses/attack.ts';
import {
  attackCharts,
  isTrusted,
  KINDS,
  kindsOf,
  nameOf,
  type OfKind,
  ofKind,
} from '../../../../protocol/figures/attack.ts';
import { layerNumber } from '../../../../protocol/layers.ts';
import type { NumberTable } from '../../../plot/number-table.ts';
import { xyChart } from '../../../plot/xy.ts';
import { percentSign } from '../../../shared/format.ts';
import type { Answered } from '../analyses.ts';
import type { Panel, PanelContext } from '../panel.ts';
import { pairOf } from './pair.ts';

type Answer = Answered<'attack'>;

interface Chosen {
  kind: AttackKind | undefined;
}

/** How many are fooled within each budget, what each attack needs, and one input before and after. */
export const attack: Panel<'attack'> = {
  title: 'Attack',
  about:
    'How little has to change in the input before the network errs. A gradient counts only where it beats random changes and the search without gradients, at the same budgets; failures count as infinitely dear in the medians.',
  example: 'samples=200 kinds=["flips"]',
  picture(answers, context) {
    const chosen = context.memory<Chosen>('attack', () => ({ kind: undefined }));
    const kinds = kindsOf(answers);
    const kind = kinds.find((one) => one === chosen.kind) ?? kinds[0]!;
    const shown = ofKind(answers, kind);
    const choose = (one: AttackKind) => {
      chosen.kind = one;
      context.invalidate();
    };
    return html`${kinds.length > 1 ? kindChoice(kinds, kind, choose) : nothing}
      <ul class="verdicts">
        ${shown.map(({ answer, own }) => verdictLine(answer, own))}
      </ul>
      ${
        answers.some(({ result }) => result.published)
          ? html`<p class="muted">
              The published attack takes whole steps and has no budget: its medians hold what the steps cost. In the curves and the
              verdicts what costs more than the largest budget is a failure, as it is for random changes and the search.
            </p>`
          : nothing
      }
      ${legend(shown, context)}
      <div class="side-by-side">
        ${attackCharts(shown, kind, context.style).map(xyChart)}
      </div>
      ${pairOf(shown, context)}`;
  },
  tables: (answers) => [summary(answers), curves(answers), threshold(answers)],
};

function kindChoice(kinds: AttackKind[], kind: AttackKind, choose: (kind: AttackKind) => void): TemplateResult {
  return html`<div class="segments" role="radiogroup" aria-label="What is changed">
    ${kinds.map(
      (one) => html`<label>
        <input type="radio" name="attack-kind" .checked=${one === kind} @change=${() => choose(one)} /><span
          >${KINDS[one].title}</span
        >
      </label>`,
    )}
  </div>`;
}

function verdictLine({ name, run, result }: Answer, own: AttackKindResult): TemplateResult {
  const { verdict, attacks } = own;
  const medians = attacks.map((attack) => `${nameOf(attack)} ${attack.median ?? '∞'}`).join(', ');
  return html`<li class=${`verdict ${verdict.state}`}>
    <b>${name}, seed ${run.seed}</b>
    <span class="muted">right about ${result.right} of ${result.samples}; ${result.attacked.length} attacked</span>
    <span>${verdict.words}</span>
    <span>${isTrusted(own) ? `Medians: ${medians}.` : 'Its medians are in the table, and rank nothing.'}</span>
  </li>`;
}

function legend(shown: readonly OfKind<Answer>[], context: PanelContext): TemplateResult {
  return html`<ul class="legend-row">
    ${shown.map(({ answer, own }) => {
      const { colour, dash } = context.style(answer);
      return html`<li>
        <svg width="26" height="10" aria-hidden="true">
          <path d="M1 5H25" fill="none" stroke=${colour} stroke-width="2" stroke-dasharray=${dash.join(' ') || 'none'} />
        </svg>
        ${answer.name}, seed ${answer.run.seed}${isTrusted(own) ? '' : html`<span class="muted">(${own.verdict.state}: ranks nothing)</span>`}
      </li>`;
    })}
  </ul>`;
}

/** A row for each attack of each kind and run. */
function summary(answers: readonly Answer[]): NumberTable {
  return {
    title: 'What each attack needs',
    note: 'medians and means in the unit of the kind; a median of ∞: half of the samples or more were never fooled; a mean only when all were',
    header: [
      'variant',
      'seed',
      'kind',
      'attack',
      'verdict',
      'accuracy',
      'attacked',
      'fooled',
      'low',
      'high',
      'median',
      'mean',
      'added',
      'taken',
      'steps moved',
      'zero gradients',
      'random steps',
      'queries',
    ],
    rows: answers.flatMap(({ name, run, result }) =>
      result.kinds.flatMap(({ kind, attacks, verdict }) =>
        attacks.map((attack) => [
          name,
          run.seed,
          kind,
          nameOf(attack),
          verdict.state,
          result.right / result.samples,
          result.attacked.length,
          attack.success.at(-1) ?? null,
          ...attack.successInterval,
          attack.median ?? Number.POSITIVE_INFINITY,
          attack.mean,
          attack.added,
          attack.removed,
          attack.shift,
          attack.zeroAtStart,
          attack.randomSteps,
          attack.queries,
        ]),
      ),
    ),
  };
}

function curves(answers: readonly Answer[]): NumberTable {
  return {
    title: 'Success over the budget',
    note: 'share of the attacked samples that are fooled within it; the budget in the unit of the kind, or as a share of the events of each sample',
    header: ['variant', 'seed', 'kind', 'attack', 'of', 'budget', 'fooled'],
    rows: answers.flatMap(({ name, run, result }) =>
      result.kinds.flatMap(({ kind, attacks, budgets, shares }) =>
        attacks.flatMap((attack) => {
          const about = [name, run.seed, kind, nameOf(attack)];
          return [
            ...budgets.map((budget, i) => [...about, 'all', budget, attack.success[i] ?? null]),
            ...shares.map((share, i) => [...about, 'own events', share, attack.successByShare[i] ?? null]),
          ];
        }),
      ),
    ),
  };
}

function threshold(answers: readonly Answer[]): NumberTable {
  return {
    title: 'Near the threshold',
    note: 'share of the neurons and steps of the attacked samples, on clean input',
    header: ['variant', 'seed', 'layer', 'within', 'near'],
    rows: answers.flatMap(({ name, run, result }) =>
      result.nearThreshold.map(({ layer, near, of }) => [
        name,
        run.seed,
        layerNumber(layer),
        `${percentSign(result.within, 0)} of θ`,
        of > 0 ? near / of : null,
      ]),
    ),
  };
}
