/** The settings as package.json declares them (a test compares names and defaults). */
export const DEFAULTS = {
  nodePath: '',
  dataFolder: '',
  dataMirror: '',
  tensorFlow: '',
  threads: 0,
  executor: '',
  store: '',
  notifications: 'all',
  showCurvesOnRun: true,
  mcpServer: false,
};
