import { cursorOf, positionOf } from '../../runs/events/cursors.ts';
import { eventsSince, positionNow, type RunEvent } from '../../runs/events/events.ts';
import { openStore } from '../../runs/store.ts';
import { type Command, jsonOption, storeOption, testOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';
import { printable, short } from '../text.ts';

const MOST = 200;

export const eventsCommand: Command = {
  name: 'events',
  usage: '',
  summary:
    'Tells what happened to the runs of a store since a cursor: queued, running, each epoch, warnings, resumed, finished, stopped, failed, interrupted. Each answer ends with the cursor to ask with the next time.',
  example: 'lif events --since 1f0c9a2b77de --json',
  positionals: [0, 0],
  options: {
    since: {
      type: 'string',
      value: 'CURSOR',
      help: 'of an earlier answer, or now: tells nothing but a cursor (default: from the first event)',
    },
    limit: {
      type: 'string',
      value: 'N',
      help: `how many events at most (default: ${MOST}); the cursor goes on behind them`,
    },
    store: storeOption,
    test: testOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    const { store } = input;
    const limit = input.integer('limit', 1, 100_000) ?? MOST;
    const since = input.text('since');
    const reader = openStore(store);
    const runs = reader.summaries();
    const historyOf = (id: string) => reader.history(id);
    const test = input.flag('test');
    const { events, position, more } =
      since === 'now'
        ? { events: [], position: positionNow(runs, historyOf), more: false }
        : eventsSince(since === undefined ? new Map() : positionOf(store, since), runs, historyOf, { limit, test });
    const cursor = cursorOf(store, position);
    if (input.flag('json')) printJson({ store, events, cursor, more });
    else printLines([...events.map(eventLine), `${more ? 'There are more; ' : ''}next: lif events --since ${cursor}`]);
    return 0;
  },
};

function eventLine({ run, kind, epoch, train, validation, test, cause, sentence }: RunEvent): string {
  const scores = Object.entries({ train, validation, test }).flatMap(([name, score]) =>
    score ? [`${name} ${short(score.accuracy)}`] : [],
  );
  const what = kind === 'epoch' ? `epoch ${epoch}: ${scores.join(', ')}` : kind;
  return `${run}: ${what}${cause ? ` (${cause})` : ''}${sentence ? `: ${printable(sentence)}` : ''}`;
}
