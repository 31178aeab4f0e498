/** What the query process refuses, as the editor says it. */
import { Refusal } from '../../protocol/calls.ts';

/** Where data are missing, whoever shows it has buttons that get them. */
export function refusalOf(message: string, dataset: string | undefined): Refusal {
  return dataset === undefined ? new Refusal(message) : new Refusal(besideButtons(message, dataset), dataset);
}

/**
 * What is wrong with the data of a data set, said where buttons get them: the file without its folders, and without the
 * command of the terminal that does what the buttons do.
 */
export function besideButtons(message: string, dataset: string): string {
  const short = message
    .replace(/^(?:[A-Za-z]:)?[^:]*[\\/]([^\\/:]+): /, `${dataset}, $1: `)
    .replace(/; (?:get (?:it|the data set)(?: again)? with|see) "lif data get [\w-]+"(?: for where to get it)?/, '');
  // What is left of a sentence that had nothing else.
  return short.replace(/[;,.\s]*$/, (end) => (/[?]$/.test(short) ? end : '.'));
}
