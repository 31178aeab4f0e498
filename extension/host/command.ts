import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/**
 * Starts `lif host`. Without a configured Node.js the editor's own runtime is used: in a desktop VS Code that is
 * Electron, which behaves as Node.js when ELECTRON_RUN_AS_NODE is set; elsewhere the variable does nothing.
 * @param script absolute path of the `lif` bundle.
 * @param nodePath the setting `lifLab.nodePath`, or empty.
 * @param dataFolder the setting `lifLab.dataFolder`, or empty: where `lif`, and every run it starts, keeps data sets.
 */
export function spawnHost(
  script: string,
  { nodePath, dataFolder }: { nodePath: string; dataFolder: string },
  cwd: string,
): ChildProcessWithoutNullStreams {
  const own = nodePath === '';
  const env: NodeJS.ProcessEnv = { ...process.env, ...(own ? { ELECTRON_RUN_AS_NODE: '1' } : {}) };
  if (dataFolder !== '') env.LIF_DATA = dataFolder;
  // An option meant for the editor's own processes would end up in every run.
  delete env.NODE_OPTIONS;
  return spawn(own ? process.execPath : nodePath, [script, 'host'], { cwd, env, stdio: 'pipe', windowsHide: true });
}
