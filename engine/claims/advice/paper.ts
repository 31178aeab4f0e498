/**
 * The sentences that advice refers to, as printed, from section 5 of the paper ("Optimization Suggestions") and its conclusion: Yin et al., Understanding
 * the Functional Roles of Modelling Components in Spiking Neural Networks, 2024, arXiv 2403.16674.
 */
import type { Quotation } from '../../../protocol/comparison/advice.ts';

const quote = (text: string, section = '5'): Quotation => ({ section, text });

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
  robustLeak: quote(
    'For tasks where generalization and robustness are paramount, a higher leakage rate (i.e., smaller k_τ) can enhance the resistance to input perturbations by reducing error accumulation.',
  ),
  robustRecurrence: quote(
    'For these tasks, avoiding recurrence, although beneficial for temporal processing, is helpful for improving model generalization and robustness due to the increasing error propagation paths.',
  ),
  robustReset: quote(
    'The reset component, while not impacting generalization and robustness significantly, sometimes degrades the application accuracy in tasks that need uninterrupted temporal processing',
    '6',
  ),
} as const;
