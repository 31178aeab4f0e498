import plotCss from '../../plot/plot.css' with { type: 'text' };
import { startView } from '../../shared/view.ts';
import sampleCss from './sample.css' with { type: 'text' };
import { SampleView } from './view.ts';

startView<'sample'>((session) => new SampleView(session), plotCss, sampleCss);
