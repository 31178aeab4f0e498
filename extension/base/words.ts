/**
 * What the extension says, in the language of the editor. Sentences stand in English where they are said; l10n/ has the
 * translations, by sentence. Modules that know nothing of the editor say theirs through here, too, so that they run without it.
 */
type Values = readonly (string | number)[];

/** Puts values in place of `{0}`, `{1}` and so on. */
export function filled(message: string, values: Values): string {
  return message.replace(/\{(\d+)\}/g, (place, n) =>
    values[Number(n)] === undefined ? place : String(values[Number(n)]),
  );
}

let translate = (message: string, ...values: Values): string => filled(message, values);

/** Who translates from now on: the editor's `l10n.t`. */
export function speakThrough(translator: typeof translate): void {
  translate = translator;
}

/** @param message as it stands in the code; a test finds it there, so it is written as one text, not made of parts */
export function t(message: string, ...values: Values): string {
  return translate(message, ...values);
}
