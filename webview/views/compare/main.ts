import seedDotsCss from '../../plot/seed-dots.css' with { type: 'text' };
import { startView } from '../../shared/view.ts';
import compareCss from './compare.css' with { type: 'text' };
import { CompareView } from './view.ts';

startView<'compare'>((session) => new CompareView(session), seedDotsCss, compareCss);
