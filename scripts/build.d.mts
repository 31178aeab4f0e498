export const BUNDLED: readonly string[];
export function build(options?: { minify?: boolean }): Promise<void>;
