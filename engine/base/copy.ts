/** Copying numbers of recordings, plainly; the native kernels have a faster way (kernels/native.ts). */

/** target[i] = source[from + i] + add for i < count. */
export type Copy = <T extends Uint16Array | Uint32Array>(
  target: T,
  source: T,
  from: number,
  count: number,
  add: number,
) => void;

export const copyPlainly: Copy = (target, source, from, count, add) => {
  if (add === 0) target.set(source.subarray(from, from + count));
  else for (let i = 0; i < count; i++) target[i] = source[from + i]! + add;
};
