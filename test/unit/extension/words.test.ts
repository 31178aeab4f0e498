// Every sentence of the extension has a translation, with the same places for values; and the manifest's strings have, too.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { filled, speakThrough, t } from '../../../extension/base/words.ts';
import { TEMPLATES } from '../../../extension/commands/templates.ts';
import { UNTRUSTED } from '../../../protocol/webview.ts';

const root = join(import.meta.dirname, '../../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const bundles = readdirSync(join(root, 'l10n'));
const places = (text: string): string[] => [...new Set(text.match(/\{\d+\}/g))].sort();
const links = (text: string): string[] => (text.match(/\(command:[\w.]+\)/g) ?? []).sort();

afterEach(() => speakThrough((message, ...values) => filled(message, values)));

/** First arguments of `t(…)`; one that is no single literal would never be found. */
function sentences(): { found: Set<string>; unreadable: string[] } {
  const found = new Set([...TEMPLATES.flatMap(({ title, takes, question }) => [title, takes, question]), UNTRUSTED]);
  const unreadable: string[] = [];
  const sources = readdirSync(join(root, 'extension'), { recursive: true }).map(String);
  for (const name of sources.filter((source) => source.endsWith('.ts'))) {
    for (const [call, single, double] of read(join('extension', name)).matchAll(
      /(?<![\w.])t\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|[^)\n]*)/g,
    )) {
      const text = single ?? double;
      if (text !== undefined) found.add(text.replace(/\\(.)/g, '$1'));
      else if (!/^t\((message: string|UNTRUSTED|template\.\w+)/.test(call)) unreadable.push(`${name}: ${call}`);
    }
  }
  return { found, unreadable };
}

test('every sentence has a translation into each language, and every translation a sentence', () => {
  const { found, unreadable } = sentences();
  expect(unreadable).toEqual([]);
  expect(found.size).toBeGreaterThan(150);
  expect(bundles).toEqual(['bundle.l10n.de.json']);
  for (const bundle of bundles) {
    const translated: Record<string, string> = JSON.parse(read(`l10n/${bundle}`));
    expect(Object.keys(translated).toSorted(), bundle).toEqual([...found].toSorted());
    for (const [sentence, translation] of Object.entries(translated)) {
      expect(places(translation), `${bundle}: ${sentence}`).toEqual(places(sentence));
      expect(translation.trim(), sentence).not.toBe('');
    }
    const manifest = JSON.parse(read('package.nls.json'));
    const own = JSON.parse(read(`package.nls.${bundle.split('.')[2]}.json`));
    expect(Object.keys(own)).toEqual(Object.keys(manifest));
    for (const key of Object.keys(own)) {
      expect(links(own[key]), key).toEqual(links(manifest[key]));
      expect(own[key].trim(), key).not.toBe('');
    }
  }
});

test('the parts that know no editor speak the language of the editor, too', async () => {
  const german: Record<string, string> = JSON.parse(read('l10n/bundle.l10n.de.json'));
  speakThrough((message, ...values) => filled(german[message] ?? message, values));
  const { accuracyText } = await import('../../../extension/base/text.ts');
  expect([accuracyText({ mean: 0.5, count: 3 }), t('Stop all ({0})', 2)]).toEqual([
    '50.0 % · 3 Seeds',
    'Alle anhalten (2)',
  ]);
});
