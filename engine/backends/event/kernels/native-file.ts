/** What the addon with the native kernels is called on this machine. */
export const nativeFile = (): string => `kernels-${process.platform}-${process.arch}.node`;
