import seedDotsCss from '../../plot/seed-dots.css' with { type: 'text' };
import { startView } from '../../shared/view.ts';
import acrossCss from './across.css' with { type: 'text' };
import { AcrossView } from './view.ts';

startView<'across'>((session) => new AcrossView(session), seedDotsCss, acrossCss);
