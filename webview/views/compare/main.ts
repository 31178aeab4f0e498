import uplotCss from 'uplot/dist/uPlot.min.css' with { type: 'text' };
import answersCss from '../../parts/answers/answers.css' with { type: 'text' };
import attackCss from '../../parts/answers/attack/attack.css' with { type: 'text' };
import chartsCss from '../../parts/curves/charts.css' with { type: 'text' };
import plotCss from '../../plot/plot.css' with { type: 'text' };
import seedDotsCss from '../../plot/seed-dots.css' with { type: 'text' };
import { startView } from '../../shared/view.ts';
import compareCss from './compare.css' with { type: 'text' };
import { CompareView } from './view.ts';

startView<'compare'>(
  (session) => new CompareView(session),
  ...[uplotCss, plotCss, chartsCss, answersCss, attackCss, seedDotsCss, compareCss],
);
