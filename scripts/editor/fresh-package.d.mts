export declare const REPOSITORY: string;
/** Where the packaged extension lies. */
export declare const PACKAGE: string;
/** Packages the extension unless the package is younger than every source; returns the path of the VSIX. */
export declare function freshPackage(options?: { log?: (line: string) => void }): string;
