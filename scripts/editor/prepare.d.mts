export interface CodeServer {
  /** Of code-server itself. */
  version: string;
  /** Of the VS Code in it. */
  vscode: string;
  folder: string;
  /** The Node that runs it. */
  node: string;
  /** The script that Node runs. */
  entry: string;
  /** Arguments that this version always needs. */
  arguments: string[];
}

export declare class PrepareError extends Error {}
export declare const DEFAULT_VERSION: string;
export declare const KNOWN_VERSIONS: string[];
export declare function cacheFolder(version: string): string;
export declare function findChromium(): string | undefined;
export declare function prepareChromium(options?: { log?: (line: string) => void }): Promise<string>;
export declare function prepareCodeServer(options?: {
  version?: string;
  log?: (line: string) => void;
}): Promise<CodeServer>;
/** Both of them; what has to be installed by hand is said all at once. */
export declare function prepareEditor(options?: {
  version?: string;
  log?: (line: string) => void;
}): Promise<{ chromium: string; codeServer: CodeServer }>;
