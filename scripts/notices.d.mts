export function bundledPackages(inputs: string[]): string[];
export function noticesOf(root: string, names: string[]): string;
