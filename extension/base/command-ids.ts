import { VIEW_IDS, type ViewId } from '../../protocol/views.ts';

const OWN_COMMANDS = [
  'lifLab.newExperiment',
  'lifLab.firstExperiment',
  'lifLab.firstSteps',
  'lifLab.runAll',
  'lifLab.runAllAgain',
  'lifLab.addSeeds',
  'lifLab.runVariant',
  'lifLab.stopAll',
  'lifLab.stopVariant',
  'lifLab.writeReport',
  'lifLab.openFile',
  'lifLab.stop',
  'lifLab.resume',
  'lifLab.trainFurther',
  'lifLab.queue',
  'lifLab.queueFront',
  'lifLab.queueBack',
  'lifLab.pauseQueue',
  'lifLab.continueQueue',
  'lifLab.delete',
  'lifLab.revealRun',
  'lifLab.reproduceRun',
  'lifLab.compareRuns',
  'lifLab.experimentFromRun',
  'lifLab.openLog',
  'lifLab.openFolder',
  'lifLab.downloadData',
  'lifLab.importData',
  'lifLab.previewData',
  'lifLab.checkData',
  'lifLab.revealData',
  'lifLab.installTensorFlow',
  'lifLab.refresh',
  'lifLab.restartHost',
  'lifLab.showOutput',
] as const;

export type CommandId = (typeof OWN_COMMANDS)[number] | ViewCommand;

/** Each view is opened by a command. */
export type ViewCommand = `lifLab.${ViewId}`;

export function viewCommand(id: ViewId): ViewCommand {
  return `lifLab.${id}`;
}

/** Every command of the extension; package.json declares exactly these (a test compares them both ways). */
export const COMMAND_IDS: readonly CommandId[] = [...OWN_COMMANDS, ...VIEW_IDS.map(viewCommand)];
