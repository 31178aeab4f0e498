import { type Command, jsonOption } from '../command.ts';
import { examine } from '../doctor.ts';
import { printJson, printLines } from '../output.ts';
import { padEnd, printable, widthOf } from '../text.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  usage: '',
  summary: 'Tells what this machine has for LIF Lab, and what to do about what is missing.',
  example: 'lif doctor',
  positionals: [0, 0],
  options: { json: jsonOption },
  async run(cli, input) {
    const findings = await examine((folder, name) => [...cli.lif, 'backend', 'check', folder, name]);
    if (input.flag('json')) printJson(findings);
    else {
      const width = Math.max(...findings.map(({ what }) => widthOf(what)));
      printLines(
        findings.flatMap(({ what, found, well, advice }) => [
          `${well ? ' ' : '!'} ${padEnd(what, width)}  ${printable(found)}`,
          ...(advice === undefined ? [] : [`  ${padEnd('', width)}  → ${printable(advice)}`]),
        ]),
      );
    }
    return findings.every(({ well }) => well) ? 0 : 1;
  },
};
