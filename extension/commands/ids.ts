/** Every command of the extension; package.json declares exactly these (a test compares them both ways). */
export const COMMAND_IDS = [
  'lifLab.newExperiment',
  'lifLab.runAll',
  'lifLab.runVariant',
  'lifLab.stopAll',
  'lifLab.stopVariant',
  'lifLab.curves',
  'lifLab.compare',
  'lifLab.openFile',
  'lifLab.stop',
  'lifLab.resume',
  'lifLab.delete',
  'lifLab.openLog',
  'lifLab.openFolder',
  'lifLab.refresh',
  'lifLab.restartHost',
  'lifLab.showOutput',
] as const;

export type CommandId = (typeof COMMAND_IDS)[number];
