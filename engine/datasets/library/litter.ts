/** Files that systems and file managers leave among data, and that are none: one rule for folders and archives. */

const LITTER = [
  // What is hidden, and what offices lock a document with.
  /^\.(?!\.?$)/,
  /^~\$/,
  // macOS: where zips keep AppleDouble files.
  /^__MACOSX$/,
  /^Icon\r?$/,
  // Windows.
  /^(Thumbs|ehthumbs)\.db$/i,
  /^desktop\.ini$/i,
  // Linux.
  /^lost\+found$/,
  // Editors, and downloads that did not end.
  /~$/,
  /\.(swp|tmp|part|partial|crdownload)$/i,
  // The second copy that a file manager makes: "00008 (1).bin", "00008 - Copy.bin", "00008 copy.bin".
  / \(\d{1,3}\)(\.[\w.]+)?$/,
  / (- )?copy( \d{1,3})?(\.[\w.]+)?$/i,
];

/** Whether a file or folder of this name is no part of any data set. */
export const isLitter = (name: string): boolean => LITTER.some((pattern) => pattern.test(name));

/** Whether a path in an archive leads through, or to, what is no part of any data set. */
export const isLitterPath = (path: string): boolean => path.split('/').some(isLitter);
