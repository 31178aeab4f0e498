import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/**
 * Settings that `lif`, and every run it starts, begins with; each may be empty. A Node.js by its path, the folder of data sets,
 * and which TensorFlow, in the words of LIF_TENSORFLOW.
 */
export const ENGINE_SETTINGS = ['nodePath', 'dataFolder', 'tensorFlow'] as const;
export type EngineSettings = Record<(typeof ENGINE_SETTINGS)[number], string>;

/**
 * Starts `lif host`. Without a configured Node.js the editor's own runtime is used: in a desktop VS Code that is
 * Electron, which behaves as Node.js when ELECTRON_RUN_AS_NODE is set; elsewhere the variable does nothing.
 * @param script absolute path of the `lif` bundle.
 */
export function spawnHost(script: string, settings: EngineSettings, cwd: string): ChildProcessWithoutNullStreams {
  const { program, env: own } = runtime(settings);
  const env: NodeJS.ProcessEnv = { ...process.env, ...own };
  // An option meant for the editor's own processes would end up in every run.
  delete env.NODE_OPTIONS;
  return spawn(program, [script, 'host'], { cwd, env, stdio: 'pipe', windowsHide: true });
}

/** What runs `lif`, and the variables that it needs. */
export function runtime(settings: EngineSettings): { program: string; env: Record<string, string> } {
  const own = settings.nodePath === '';
  return {
    program: own ? process.execPath : settings.nodePath,
    env: { ...(own && { ELECTRON_RUN_AS_NODE: '1' }), ...variablesOf(settings) },
  };
}

/** The variables of `lif` that settings stand for; what is left empty stays as the environment has it. */
export function variablesOf({ dataFolder, tensorFlow }: EngineSettings): Record<string, string> {
  return {
    ...(dataFolder !== '' && { LIF_DATA: dataFolder }),
    ...(tensorFlow !== '' && { LIF_TENSORFLOW: tensorFlow }),
  };
}
