/** Where the Heidelberg data sets come from, and what they share without their files. */
import type { SourceFile } from '../source.ts';

/** Of the cochlea. */
export const SPEECH_CHANNELS = 700;
/** The longest word. */
export const LONGEST_MS = 1500;

export const CRAMER =
  'Cramer, Stradmann, Schemmel, Zenke: The Heidelberg Spiking Data Sets for the Systematic Evaluation of Spiking Neural Networks. IEEE TNNLS 33, 2022.';

export function zenkeFile(file: string, md5: string, bytes?: number): SourceFile {
  return {
    file: `${file}.zip`,
    md5,
    urls: [`https://zenkelab.org/datasets/${file}.zip`],
    unpacksTo: [file],
    ...(bytes !== undefined && { bytes }),
  };
}
