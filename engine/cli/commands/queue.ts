import { count, duration } from '../../../protocol/format.ts';
import { MOVES, type QueueEntry, type QueueMove, type QueueState } from '../../../protocol/queue/queue.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { UserError } from '../../base/errors.ts';
import { continueQueue, moveInQueue, pauseQueue, queueOf } from '../../executors/local/queue.ts';
import { openStore } from '../../runs/store.ts';
import { type Command, jsonOption, storeOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';
import { findRuns, isFile, pathOf } from '../stores.ts';
import { fittingTable, outputColumns } from '../text.ts';

export const queueCommand: Command = {
  name: 'queue',
  usage: '[front|up|down|back RUN|FILE… | pause | continue]',
  summary:
    'Shows what trains and what waits on this machine, in which order and until when; moves runs, or all that wait of a file; pauses the queue and goes on.',
  example: 'lif queue front study.lif.yaml',
  positionals: [0, 10_000],
  options: {
    stop: {
      type: 'boolean',
      help: 'with pause: runs that train stop at a checkpoint and wait, too (default: they go on to their end)',
    },
    store: storeOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    const { store } = input;
    const [word, ...names] = input.positionals;
    const move = MOVES.find((one) => one === word);
    if (input.flag('stop') && word !== 'pause') throw new UserError('--stop goes with lif queue pause.');
    if (move) moveNamed(store, move, names);
    else if (word !== undefined && names.length > 0) throw new UserError(`"${names[0]}" is one argument too many.`);
    else if (word === 'pause') pauseQueue(store, input.flag('stop') ? 'stop' : 'finish');
    else if (word === 'continue') continueQueue(store);
    else if (word !== undefined)
      throw new UserError(`lif queue ${word} is not known: use ${MOVES.join(', ')}, pause or continue.`);
    const state = queueOf(store, openStore(store).summaries());
    if (input.flag('json')) printJson(state);
    else printLines(queueLines(state));
    return 0;
  },
};

function moveNamed(store: string, move: QueueMove, names: string[]): void {
  if (names.length === 0) throw new UserError(`Which runs? Name some, or a file: lif queue ${move} study.lif.yaml`);
  const { reader, runs } = findRuns(
    store,
    names.filter((name) => !isFile(name)),
  );
  const all = reader.summaries();
  const files = new Set(names.filter(isFile).map(pathOf));
  const ofFiles = all.filter((run: RunSummary) => files.has(pathOf(run.file)));
  moveInQueue(
    store,
    all,
    [...runs, ...ofFiles].map(({ id }) => id),
    move,
  );
}

function queueLines(state: QueueState): string[] {
  const { entries, paused } = state;
  const rest = paused?.running === 'stop' ? 'runs that train stop at a checkpoint' : 'runs that train go on';
  const pause = paused ? [`The queue is paused: nothing begins, ${rest}. Go on with: lif queue continue`] : [];
  if (entries.length === 0) return [...pause, `Nothing trains or waits in ${state.store}.`];
  const waiting = entries.filter((one) => one.state === 'queued');
  const rows = entries.map((one) => [
    one.state === 'running' ? '' : String(1 + waiting.indexOf(one)),
    one.runId,
    one.state === 'running' ? `${Math.floor(100 * one.progress)} %` : 'waits',
    time(one.seconds),
    when(one, 'begins'),
    when(one, 'ends'),
  ]);
  return [
    ...pause,
    ...fittingTable(['place', 'run', 'state', 'takes', 'begins in', 'ends in'], rows, {
      right: ['place', 'takes', 'begins in', 'ends in'],
      spare: ['takes', 'begins in'],
      columns: outputColumns(),
    }),
    `${count(entries.length - waiting.length, 'run trains', 'runs train')}, ${count(waiting.length, 'waits', 'wait')}: ${totalText(state)}`,
  ];
}

const time = (seconds: number | null): string => (seconds === null ? '?' : duration(seconds));

const when = (entry: QueueEntry, what: 'begins' | 'ends'): string =>
  entry.state === 'running' && what === 'begins' ? '' : time(entry[what]);

function totalText({ seconds, unknown, paused }: QueueState): string {
  const most = `${paused ? 'about' : 'done in about'} ${duration(seconds)}${paused ? ' once the queue goes on' : ''}`;
  if (unknown === 0) return `${most}.`;
  const open = `${count(unknown, 'run')} of which none like it has done an epoch yet`;
  return seconds === 0 ? `not known how long, with ${open}.` : `${most}, without ${open}.`;
}
