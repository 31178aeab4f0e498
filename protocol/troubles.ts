/** What the newest measured epoch of a run betrays: layers that are silent or never silent, a loss that is that of guessing. */
import type { EpochScores, Score } from './runs.ts';

/** Below one spike in two thousand steps of a neuron, nothing is left to learn from. */
const SILENT = 5e-4;
const SATURATED = 0.95;
/** How near a loss is to ln C, and an accuracy to 1/C, of C classes to be that of guessing. */
const LOSS_MARGIN = 0.005;
const ACCURACY_MARGIN = 0.2;

/** One sentence for each, without the run's name; none while nothing has been measured. */
export function troublesOf(scores: EpochScores | undefined): string[] {
  if (!scores) return [];
  const rates = scores.spikeRates ?? [];
  // What lies above a silent layer is silent because of it.
  const silent = rates.findIndex((rate) => rate < SILENT);
  const told = silent < 0 ? rates : rates.slice(0, silent + 1);
  return [...told.flatMap((rate, i) => rateTrouble(rate, i, rates.length, scores.epoch)), ...guessing(scores)];
}

function rateTrouble(rate: number, index: number, layers: number, epoch: number): string[] {
  const layer = `layer ${index + 1}${layers > 1 ? ` of ${layers} that spike` : ''}`;
  if (rate < SILENT)
    return [
      `${layer} ${rate === 0 ? 'never' : 'hardly ever'} fires (spike rate ${rate === 0 ? 0 : rate.toExponential(0)} at epoch ${epoch}), so that hardly anything passes it or is learned below it; lower its neuron.threshold or raise network.weightGain.`,
    ];
  if (rate > SATURATED)
    return [
      `${layer} fires in ${Math.round(100 * rate)} % of all steps at epoch ${epoch}, so that its spikes tell next to nothing; raise its neuron.threshold or lower network.weightGain.`,
    ];
  return [];
}

/** The cross-entropy of answers that are as likely for every class. */
function guessing({ test, train, epoch }: EpochScores): string[] {
  const score: Score | undefined = test ?? train;
  if (!score) return [];
  const classes = Math.round(Math.exp(score.loss));
  const near =
    classes >= 2 &&
    Math.abs(score.loss - Math.log(classes)) < LOSS_MARGIN &&
    Math.abs(score.accuracy - 1 / classes) < ACCURACY_MARGIN / classes;
  return near
    ? [
        `the loss of ${score.loss.toFixed(3)} at epoch ${epoch} is that of guessing among ${classes} classes (ln ${classes}): nothing has been learned so far.`,
      ]
    : [];
}
