import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { RunOrigin } from '../protocol/host.ts';
import type { RunSummary } from '../protocol/runs.ts';
import { type Choice, showAnswer } from './base/notify.ts';
import { t } from './base/words.ts';

/** What runs were made of, as documents that cannot be changed. */
const SCHEME = 'lif-lab-origin';
/** Documents that are kept; the oldest go first, and are empty then. */
const MAX_KEPT = 100;
const texts = new Map<string, string>();

export function registerOrigins(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? '',
  });
}

/** Opens the file of a run as it was, and offers what else belongs to it: the differences since, and what was not committed. */
export async function showOrigin(run: RunSummary, { text, commit, changes }: RunOrigin): Promise<void> {
  const was = kept(run, basename(run.file), text);
  await vscode.window.showTextDocument(was, { preview: false });
  const choices: Choice[] = [
    {
      title: t('Differences'),
      run: () =>
        void vscode.commands.executeCommand(
          'vscode.diff',
          was,
          vscode.Uri.file(run.file),
          t('{0}: the run ↔ now', basename(run.file)),
        ),
    },
    ...(changes === undefined
      ? []
      : [
          {
            title: t('Uncommitted'),
            run: () => void vscode.window.showTextDocument(kept(run, 'uncommitted.diff', changes), { preview: false }),
          },
        ]),
    {
      title: t('As a New File…'),
      run: () =>
        void vscode.commands.executeCommand('lifLab.experimentFromRun', {
          kind: 'run',
          file: run.file,
          variant: run.variant,
          runId: run.id,
        }),
    },
  ];
  showAnswer(sentence(run, commit, changes !== undefined), ...choices);
}

type Made = RunOrigin & { run: RunSummary };

/** What two runs were made of, file by file: the experiment, the commit, and what was not committed where anything was not. */
export async function showDifference(before: Made, after: Made): Promise<void> {
  const pair = (name: string, text: (of: Made) => string): vscode.Uri[] => {
    const [left, right] = [before, after].map((of) => kept(of.run, name, text(of)));
    return [right!, left!, right!];
  };
  const changed = before.changes !== undefined || after.changes !== undefined;
  const name = basename(after.run.file);
  await vscode.commands.executeCommand('vscode.changes', `${titleOf(before)} ↔ ${titleOf(after)}`, [
    pair(name, ({ text }) => text),
    pair('commit.txt', commitText),
    ...(changed ? [pair('uncommitted.diff', ({ changes }) => changes ?? '')] : []),
  ]);
}

const titleOf = ({ run }: Made): string => t('{0}, seed {1}', run.variant, run.seed);

/** One line each, so that what differs is seen. */
function commitText({ run, commit, changes }: Made): string {
  const state =
    commit === undefined
      ? t('in no repository')
      : changes === undefined
        ? t('nothing changed since')
        : t('with changes that were not committed');
  return `${[run.variant, t('seed {0}', run.seed), commit ?? '–', state].join('\n')}\n`;
}

function sentence({ variant, seed }: RunSummary, commit: string | undefined, changed: boolean): string {
  const short = commit?.slice(0, 10) ?? '';
  if (commit === undefined) return t('The file of {0}, seed {1}, as it was; it lay in no repository.', variant, seed);
  if (!changed) return t('The file of {0}, seed {1}, as it was at commit {2}.', variant, seed, short);
  return t(
    'The file of {0}, seed {1}, as it was at commit {2}, with changes that were not committed.',
    variant,
    seed,
    short,
  );
}

function kept({ id }: RunSummary, name: string, text: string): vscode.Uri {
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${id}/${name}` });
  texts.set(uri.toString(), text);
  for (const oldest of [...texts.keys()].slice(0, Math.max(0, texts.size - MAX_KEPT))) texts.delete(oldest);
  return uri;
}
