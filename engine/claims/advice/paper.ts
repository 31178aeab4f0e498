/**
 * Section 5 of the paper ("Optimization Suggestions"), the sentences that advice refers to, as printed: Yin et al., Understanding
 * the Functional Roles of Modelling Components in Spiking Neural Networks, 2024, arXiv 2403.16674.
 */
import type { Quotation } from '../../../protocol/comparison/advice.ts';

const quote = (text: string): Quotation => ({ section: '5', text });

export const PAPER = {
  leak: quote(
    'For tasks that need a long-term memory, an elaborate leakage rate is critical. A high leakage rate (i.e., small k_τ) cannot memorize temporal information for a long time, thus a lower leakage rate is recommended.',
  ),
  learnableLeak: quote(
    'a too low leakage rate cannot track the fast-changing signals closely, which can also degrade the performance. If so, a learnable parameter of the leakage coefficient is recommended.',
  ),
  reset: quote(
    'For tasks that need continuous processing of temporal information without disruption such as the delayed spiking XOR problem, disabling the reset mechanism could be beneficial. However, the increase of the firing rate without reset would decrease the computational efficiency.',
  ),
  recurrence: quote(
    'For tasks that model complex temporal dynamics, the incorporation of recurrence can enhance the representation ability. However, this might lead to overfitting, for which considering the trade-off between accuracy and generalization/robustness is necessary.',
  ),
} as const;
