export interface EditorOptions {
  /** code-server's version; one of `KNOWN_VERSIONS`. */
  version?: string;
  /** The workspace, an absolute path. */
  folder: string;
  /** The extension as a package … */
  vsix?: string | undefined;
  /** … or as a folder with a package.json, which is copied. */
  extensionDir?: string | undefined;
  /** 0, the default, takes any free one. */
  port?: number;
  /** Where settings, state and extensions lie; by default a temporary folder that goes when the editor stops. */
  userDataDir?: string | undefined;
  /** Laid over settings that silence everything but the extension. */
  settings?: Record<string, unknown>;
  /** A colour theme by its label. */
  theme?: string | undefined;
  /** `all`: every folder is trusted. `ask`: workspace trust works as in any VS Code. */
  trust?: 'all' | 'ask';
  /** Added to the environment of the server, and so of the extension host. */
  env?: Record<string, string | undefined>;
  log?: (line: string) => void;
}

export interface Editor {
  version: string;
  folder: string;
  userDataDir: string;
  /** Where the extension was unpacked. */
  extensionFolder: string | undefined;
  port: number;
  origin: string;
  /** Opens the workspace. */
  url: string;
  /** Changes user settings, which are taken up at the next reload (newer versions notice at once). */
  settings(changes: Record<string, unknown>): void;
  /** Ends the server and all its processes, and with `leaveRuns: false` (the default) the detached runs too. */
  stop(options?: { leaveRuns?: boolean }): Promise<void>;
}

export declare function startEditor(options: EditorOptions): Promise<Editor>;
