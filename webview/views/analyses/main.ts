import answersCss from '../../parts/answers/answers.css' with { type: 'text' };
import attackCss from '../../parts/answers/attack/attack.css' with { type: 'text' };
import plotCss from '../../plot/plot.css' with { type: 'text' };
import { startView } from '../../shared/view.ts';
import { AnalysesView } from './view.ts';

startView<'analyses'>((session) => new AnalysesView(session), plotCss, answersCss, attackCss);
