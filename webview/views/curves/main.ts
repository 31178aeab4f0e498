import uplotCss from 'uplot/dist/uPlot.min.css' with { type: 'text' };
import chartsCss from '../../parts/curves/charts.css' with { type: 'text' };
import plotCss from '../../plot/plot.css' with { type: 'text' };
import { startView } from '../../shared/view.ts';
import curvesCss from './curves.css' with { type: 'text' };
import { CurvesView } from './view.ts';

startView<'curves'>((session) => new CurvesView(session), uplotCss, plotCss, chartsCss, curvesCss);
