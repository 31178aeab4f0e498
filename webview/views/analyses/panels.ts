/** The analyses that the view shows, in the order of their tabs. */
import type { AnalysisId } from '../../../protocol/analyses/analyses.ts';
import { evaluate } from './evaluate.ts';
import type { Panel } from './panel.ts';

export const PANELS = { evaluate } satisfies { [A in AnalysisId]?: Panel<A> };

export type PanelId = keyof typeof PANELS;
export const PANEL_IDS = Object.keys(PANELS) as PanelId[];
