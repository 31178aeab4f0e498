/** Files that systems and file managers leave among data, and that are none: one rule for folders and archives. */

const LITTER = [
  // macOS: AppleDouble files beside the real ones, the look of a folder, and where zips keep both.
  /^\._/,
  /^\.DS_Store$/,
  /^__MACOSX$/,
  /^\.(Spotlight-V100|Trashes|fseventsd|TemporaryItems|localized)$/,
  /^Icon\r?$/,
  // Windows.
  /^(Thumbs|ehthumbs)\.db$/i,
  /^desktop\.ini$/i,
  // Linux: what was deleted while it was open, and folders of the system.
  /^\.(nfs[0-9a-f]+|directory|Trash-\d+)$/,
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
