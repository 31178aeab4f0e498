import { checkExperiment } from '../../../engine/experiment/parse.ts';
import { LineIndex } from '../../../engine/experiment/text/text.ts';
import type { Diagnostic, Position } from '../../../protocol/experiment.ts';

/** A valid file to which tests append lines or variants. */
export const BASE = `name: Test
dataset: { name: delayed-xor, steps: 50 }
network: { hidden: [16], readout: { kind: leaky-integrator } }
variants:
  a: {}
`;

/** Text with ⟦ and ⟧ around what a diagnostic should underline, and the diagnostic's place. */
export function marked(text: string): { text: string; place: Pick<Diagnostic, 'range'> } {
  const start = text.indexOf('⟦');
  const end = text.indexOf('⟧') - 1;
  if (start < 0 || end < start) throw new Error(`The test text lacks its marks: ${text}`);
  const bare = text.replace('⟦', '').replace('⟧', '');
  const lines = new LineIndex(bare);
  return { text: bare, place: { range: { start: lines.position(start), end: lines.position(end) } } };
}

/** Text with a ¦ where the cursor is. */
export function cursor(text: string): { text: string; position: Position } {
  const offset = text.indexOf('¦');
  if (offset < 0) throw new Error(`The test text lacks its cursor: ${text}`);
  const bare = text.replace('¦', '');
  return { text: bare, position: new LineIndex(bare).position(offset) };
}

export function messages(text: string, file = 'test.lif.yaml'): string[] {
  return checkExperiment(text, file).diagnostics.map(({ message }) => message);
}
