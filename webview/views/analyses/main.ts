import plotCss from '../../plot/plot.css' with { type: 'text' };
import { startView } from '../../shared/view.ts';
import analysesCss from './analyses.css' with { type: 'text' };
import attackCss from './attack/attack.css' with { type: 'text' };
import { AnalysesView } from './view.ts';

startView<'analyses'>((session) => new AnalysesView(session), plotCss, analysesCss, attackCss);
