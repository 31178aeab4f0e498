import { startView } from '../../shared/view.ts';
import matrixCss from './matrix.css' with { type: 'text' };
import { MatrixView } from './view.ts';

startView<'matrix'>((session) => new MatrixView(session), matrixCss);
