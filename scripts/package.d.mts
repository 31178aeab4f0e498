export function patterns(target?: string): string;
export function packedFiles(): Promise<string[]>;
export function packBuilt(packagePath: string, target?: string): Promise<void>;
export function packageExtension(file?: string, target?: string): Promise<string>;
