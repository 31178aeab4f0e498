/** What is on the page: one network or two, each with its answer. */
import type { EventList, SampleAnswer, SampleInput } from '../../../protocol/analyses/sample.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import type { Place } from '../../plot/maps/raster.ts';
import type { Theme } from '../../shared/theme.ts';

export interface ShownNetwork {
  run: RunSummary;
  answer: SampleAnswer;
  /** Of its variant. */
  colour: string;
}

/** What pictures may use of the view around them. */
export interface Moment {
  /** Counted from 0, of the first network's steps. */
  step: number;
  steps: number;
  /** Whether a step has been chosen yet: until then a picture is of the whole sample. */
  chosen: boolean;
  theme: Theme;
  choose(step: number): void;
  /** What is pointed at in the pictures of this name: those of two networks are linked. */
  pointed(name: string): Place | undefined;
  point(name: string, place: Place | undefined): void;
}

/** The step of another network that lies where this one does in time: steps may be of another length there. */
export function stepOf({ step, steps }: Pick<Moment, 'step' | 'steps'>, others: number): number {
  return others === steps ? step : Math.floor(((step + 0.5) / steps) * others);
}

/** The moment as a network with this many steps has it. */
export function momentOf(moment: Moment, steps: number): Moment {
  if (steps === moment.steps) return moment;
  const choose = (step: number): void => moment.choose(stepOf({ step, steps }, moment.steps));
  return { ...moment, step: stepOf(moment, steps), steps, choose };
}

/** Whether two networks were shown the same, so that one picture of it does for both. */
export function sameInput(a: SampleAnswer, b: SampleAnswer): boolean {
  const { input: one } = a;
  const { input: other } = b;
  return (
    a.steps === b.steps &&
    one.channels === other.channels &&
    sameEvents(one.events, other.events) &&
    sameNumbers(one.current ?? [], other.current ?? [])
  );
}

function sameEvents(a: EventList | undefined, b: EventList | undefined): boolean {
  if (!a || !b) return a === b;
  return sameNumbers(a.offsets, b.offsets) && sameNumbers(a.items, b.items);
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** What a channel is called: `channel 7`, or where channels are pixels `x 3, y 4, plane 1`. */
export function channelName({ picture }: SampleInput, channel: number): string {
  if (!picture) return `channel ${channel}`;
  const { planes, height, width } = picture;
  const [plane, pixel] = [Math.floor(channel / (height * width)), channel % (height * width)];
  const place = `x ${pixel % width}, y ${Math.floor(pixel / width)}`;
  return planes > 1 ? `${place}, plane ${plane}` : place;
}
