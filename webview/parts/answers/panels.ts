/** The analyses that the view shows, in the order of their tabs. */
import type { AnalysisId } from '../../../protocol/analyses/analyses.ts';
import { attack } from './attack/panel.ts';
import { errors } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { embedding } from './generalisation/embedding.ts';
import { landscape } from './generalisation/landscape.ts';
import { resolution } from './generalisation/resolution.ts';
import { robustness } from './generalisation/robustness.ts';
import type { Panel } from './panel.ts';
import { spikes } from './spikes.ts';

export const PANELS = { spikes, errors, evaluate, resolution, landscape, embedding, robustness, attack } satisfies {
  [A in AnalysisId]?: Panel<A>;
};

export type PanelId = keyof typeof PANELS;
export const PANEL_IDS = Object.keys(PANELS) as PanelId[];
