import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/**
 * Starts `lif host`. Without a configured Node.js the editor's own runtime is used: in a desktop VS Code that is
 * Electron, which behaves as Node.js when ELECTRON_RUN_AS_NODE is set; elsewhere the variable does nothing.
 * @param script absolute path of the `lif` bundle.
 * @param nodePath the setting `LIF Lab.nodePath`, or empty.
 * @param dataFolder the setting `LIF Lab.dataFolder`, or empty: where `lif`, and every run it starts, keeps data sets.
 */
export function spawnHost(
  script: string,
  { nodePath, dataFolder }: { nodePath: string; dataFolder: string },
  cwd: string,
): ChildProcessWithoutNullStreams {
  const { program, env: own } = runtime({ nodePath, dataFolder });
  const env: NodeJS.ProcessEnv = { ...process.env, ...own };
  // An option meant for the editor's own processes would end up in every run.
  delete env.NODE_OPTIONS;
  return spawn(program, [script, 'host'], { cwd, env, stdio: 'pipe', windowsHide: true });
}

/** What runs `lif`, and the variables that it needs. */
export function runtime({ nodePath, dataFolder }: { nodePath: string; dataFolder: string }): {
  program: string;
  env: Record<string, string>;
} {
  const own = nodePath === '';
  return {
    program: own ? process.execPath : nodePath,
    env: { ...(own ? { ELECTRON_RUN_AS_NODE: '1' } : {}), ...(dataFolder !== '' ? { LIF_DATA: dataFolder } : {}) },
  };
}
