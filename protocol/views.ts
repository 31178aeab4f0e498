/**
 * The views there are: what each is called and what it keeps of what the user set. Panels, their return after a reload,
 * commands, the buttons between views, bundles and messages all come from this list; docs/contributing/add-a-view.md
 * tells how to add one.
 */
import { LAYER_QUANTITIES, type LayerQuantity, METRICS, type Quantity, SPLITS } from './metrics.ts';

/** Reads a field of a state out of whatever was kept: what is not as it should be is at its default. */
type Field<T> = (kept: unknown) => T;

/** `media/<icon>-light.svg` and `media/<icon>-dark.svg` on a tab; views may share them. */
export type ViewIcon = 'curves' | 'compare' | 'across' | 'matrix' | 'analyses' | 'sample';

export interface ViewInfo<S> {
  /** On its tab before the name of the study, and on its button in the other views. */
  title: string;
  icon: ViewIcon;
  /** What is shown while nothing has run: `Run the 5 variants of this study, and …`. */
  promise: string;
  /** It changes the file: VS Code opens it as another editor of it, with undo, the dirty mark and Save. */
  edits?: true;
  fields: { [K in keyof S]: Field<S[K]> };
}

/** Infers the state of a view from its fields. */
function view<S>(info: ViewInfo<S>): ViewInfo<S> {
  return info;
}

const flag: Field<boolean> = (kept) => kept === true;

/** Of more names than these a view keeps the first. */
const MAX_NAMES = 1000;
const names: Field<string[]> = (kept) =>
  Array.isArray(kept) ? kept.filter((name) => typeof name === 'string').slice(0, MAX_NAMES) : [];

/** As many studies are laid beside the one of a view at most. */
export const MAX_OTHERS = 5;
const others: Field<string[]> = (kept) => names(kept).slice(0, MAX_OTHERS);

/** As many studies stand in the table over data sets beside the one of the view at most. */
export const MAX_ACROSS = 20;
/** null: those that fit. */
const chosenStudies: Field<string[] | null> = (kept) => (Array.isArray(kept) ? names(kept).slice(0, MAX_ACROSS) : null);

/** The first one is the default. */
function oneOf<T extends string>(...values: readonly T[]): Field<T> {
  return (kept) => values.find((value) => value === kept) ?? values[0]!;
}

/** From the default, 0, up to but not including 1. */
const fraction: Field<number> = (kept) => (typeof kept === 'number' && kept >= 0 && kept < 1 ? kept : 0);

/** What curves can be drawn over: epochs, weight updates, seconds of training. */
export type AxisId = 'epoch' | 'update' | 'time';

/**
 * Around the mean of seeds: from the least to the greatest, ± the sample standard deviation, or the 95 % interval of the mean
 * by Student's t.
 */
export type BandId = 'range' | 'deviation' | 'interval' | 'none';

export type ZoomRange = [number, number];

/** null follows the data. */
const zoom: Field<ZoomRange | null> = (kept) => {
  if (!Array.isArray(kept) || kept.length !== 2) return null;
  const [from, to] = kept;
  return Number.isFinite(from) && Number.isFinite(to) && from < to ? [from, to] : null;
};

/** Ranges of the value axes that the user zoomed to; the others follow the data. */
const zooms: Field<Partial<Record<Quantity, ZoomRange>>> = (kept) => {
  const from = isRecord(kept) ? kept : {};
  const ranges = (Object.keys(METRICS) as Quantity[]).map((quantity) => [quantity, zoom(from[quantity])] as const);
  return Object.fromEntries(ranges.filter(([, range]) => range));
};

/** Quantities drawn over a logarithmic axis. */
const logAxes: Field<Quantity[]> = (kept) => {
  const names: readonly unknown[] = Array.isArray(kept) ? kept : [];
  return (Object.keys(METRICS) as Quantity[]).filter(
    (quantity) => 'log' in METRICS[quantity] && names.includes(quantity),
  );
};

/** A short name; empty by default. */
const word: Field<string> = (kept) => (typeof kept === 'string' && kept.length < 100 ? kept : '');

/** A whole number from `least` on; `least` by default. */
const whole =
  (least: number): Field<number> =>
  (kept) =>
    Number.isSafeInteger(kept) && (kept as number) >= least ? (kept as number) : least;

/** A line of text. */
const line =
  (normal: string): Field<string> =>
  (kept) =>
    typeof kept === 'string' && kept.length <= 500 ? kept : normal;

/** Texts by name. */
const texts: Field<Record<string, string>> = (kept) => {
  const pairs = isRecord(kept) ? Object.entries(kept).slice(0, 100) : [];
  return Object.fromEntries(
    pairs.filter(([name, text]) => name.length < 100 && typeof text === 'string' && text.length < 2000),
  ) as Record<string, string>;
};

/** What rows are sorted by: the first column first. Earlier versions kept one alone. */
const sort: Field<{ column: string; descending: boolean }[]> = (kept) => {
  const list: readonly unknown[] = Array.isArray(kept) ? kept.slice(0, 10) : [kept];
  return list.flatMap((one) =>
    isRecord(one) && typeof one.column === 'string' && one.column.length <= 200
      ? [{ column: one.column, descending: one.descending === true }]
      : [],
  );
};

/** Where parts of a page are scrolled to, in CSS pixels from the left and from the top. */
export type Scrolls = Record<string, [number, number]>;
const scrolls: Field<Scrolls> = (kept) => {
  const pairs = isRecord(kept) ? Object.entries(kept).slice(0, 10) : [];
  const isPlace = (place: unknown): place is [number, number] =>
    Array.isArray(place) && place.length === 2 && place.every((one) => Number.isFinite(one) && one >= 0);
  return Object.fromEntries(
    pairs.flatMap(([name, place]) => (name.length < 100 && isPlace(place) ? [[name, place]] : [])),
  );
};

export const VIEWS = {
  curves: view({
    title: 'Curves',
    icon: 'curves',
    promise: 'loss and accuracy appear here during training.',
    fields: {
      scrolls,
      hiddenVariants: names,
      /** Exponential smoothing in [0, 1). */
      smoothing: fraction,
      logAxes,
      split: oneOf('test', ...SPLITS),
      /** What is shown beside accuracy and loss: one chart for each layer, or the rates of the neurons of one. */
      also: oneOf<'nothing' | LayerQuantity | 'neurons' | 'rate' | 'pace' | 'all'>(
        'nothing',
        ...LAYER_QUANTITIES,
        'rate',
        'pace',
        'neurons',
        'all',
      ),
      /** Of the neurons: their layer, counted from 1, and what they are sorted by. */
      neuronLayer: whole(1),
      neuronOrder: oneOf('place', 'rate', 'class', 'leak'),
      /** What curves are drawn over. */
      axis: oneOf<AxisId>('epoch', 'update', 'time'),
      /** Over a logarithmic axis. */
      logX: flag,
      /** In units of that axis. */
      zoom,
      zoomY: zooms,
      showSeeds: flag,
      /** What is drawn around the mean of several seeds. */
      band: oneOf<BandId>('range', 'deviation', 'interval', 'none'),
      /** Value axes leave out the outermost hundredths. */
      ignoreOutliers: flag,
      /** Tables of numbers in place of the charts. */
      asTable: flag,
      /** Also draw runs whose settings are no longer those of the file. */
      showOutdated: flag,
      /** The setting that colours tell; empty: each variant has a colour of its own. */
      colourBy: line(''),
      /** One curve for each value of that setting: the mean of all its runs. */
      pooled: flag,
      /** One small chart for each value of a setting, or of `variant`; empty: one chart for all. */
      chartsBy: line(''),
      /** Files of other studies that are drawn, too. */
      others,
    },
  }),
  compare: view({
    title: 'Compare',
    icon: 'compare',
    promise: 'see here what each change did to accuracy, loss and spike rates.',
    fields: {
      scrolls,
      sort,
      /** As it was typed. */
      filter: line(''),
      /** Ids of columns in their order; empty: those that are shown unless somebody chooses. */
      columns: names,
      /** The variant that the others are compared with; empty: the first of the file. */
      reference: line(''),
      /** Keys of rows that stand above all others, whatever these are sorted and filtered by. */
      pinned: names,
      /** Id of the column whose values rows are grouped by; empty: no groups. */
      groupBy: line(''),
      /** Files of other studies whose rows are shown, too. */
      others,
      /** Keys of rows whose runs are listed. */
      open: names,
      /** Rows and runs that are beside each other below the table. */
      chosen: names,
      /** What is shown of them. */
      beside: oneOf('differences', 'curves', 'analyses'),
      /** Of their curves. */
      split: oneOf('test', ...SPLITS),
      zoom,
      zoomY: zooms,
      logAxes,
      /** Of their analyses, as in the view of that name. */
      analysis: word,
      params: texts,
      choices: texts,
      asTable: flag,
      /** Settings and results against each other. */
      picture: oneOf('none', 'scatter', 'parallel', 'cross'),
      /** Ids of columns; empty: the first there is. */
      pictureX: line(''),
      pictureY: line('accuracy'),
      /** The setting from top to bottom where two are across each other. */
      pictureZ: line(''),
    },
  }),
  across: view({
    title: 'Across Data Sets',
    icon: 'across',
    promise: 'see here how they do on every data set.',
    fields: {
      scrolls,
      /** Files of the other studies. */
      studies: chosenStudies,
    },
  }),
  matrix: view({
    title: 'Matrix',
    icon: 'matrix',
    promise: 'see here how far each seed of each variant is.',
    edits: true,
    fields: {
      scrolls,
      /** Settings that are columns although they do not differ. */
      asked: names,
      /** Of the cursor; row 0 is what holds for all variants. */
      row: whole(0),
      column: whole(0),
    },
  }),
  analyses: view({
    title: 'Analyses',
    icon: 'analyses',
    promise: 'ask here what their networks have learned.',
    fields: {
      scrolls,
      /** The tab. */
      analysis: word,
      /** By analysis: parameters of the answers that are shown, as JSON. */
      params: texts,
      /** What was chosen in the pictures: a layer, an order. */
      choices: texts,
      /** Tables of numbers in place of the pictures. */
      asTable: flag,
    },
  }),
  sample: view({
    title: 'Sample',
    icon: 'sample',
    promise: 'watch here what one sample does in their networks.',
    fields: {
      scrolls,
      /** Variants side by side; the second one may be empty. */
      first: line(''),
      second: line(''),
      seed: whole(0),
      split: oneOf('test', ...SPLITS),
      index: whole(0),
      /** Of the class; −1 is all of them. */
      label: whole(-1),
      /** Whose potentials are drawn: the layer, and its neurons as they are typed. */
      layer: whole(0),
      neurons: line('0-3'),
      /** Of time; −1 until one was chosen. */
      step: whole(-1),
      /** Weight updates, of the one and of the other; 0 is that of the epoch that counts. */
      checkpoint: whole(0),
      secondCheckpoint: whole(0),
      /** Tables of numbers in place of the pictures. */
      asTable: flag,
    },
  }),
};

export type ViewId = keyof typeof VIEWS;
export type StateOf<V extends ViewId> = {
  [K in keyof (typeof VIEWS)[V]['fields']]: (typeof VIEWS)[V]['fields'][K] extends Field<infer T> ? T : never;
};

export const VIEW_IDS = Object.keys(VIEWS) as ViewId[];

export function isViewId(value: unknown): value is ViewId {
  return typeof value === 'string' && Object.hasOwn(VIEWS, value);
}

/** What a view shows. */
export interface ViewTarget<V extends ViewId = ViewId> {
  /** Absolute path of the experiment file. */
  file: string;
  /** Title of the study when the view was opened. */
  study: string;
  view: V;
}

/** What it takes to bring a view back after a reload; kept by the editor. Version 1 had one flat record for all views. */
export type ViewState = { [V in ViewId]: { version: 2; target: ViewTarget<V>; state: StateOf<V> } }[ViewId];

/** The state of a view out of whatever was kept of it, also by an earlier version. */
export function viewStateOf<V extends ViewId>(id: V, kept: unknown): StateOf<V> {
  const record = isRecord(kept) ? kept : {};
  const fields: Record<string, Field<unknown>> = VIEWS[id].fields;
  return Object.fromEntries(Object.entries(fields).map(([name, read]) => [name, read(record[name])])) as StateOf<V>;
}

/** What an earlier view of the same target left behind; the defaults when it was another target or is not usable. */
export function restoreState<V extends ViewId>(kept: unknown, target: ViewTarget<V>): StateOf<V> {
  if (!isRecord(kept) || !isRecord(kept.target)) return viewStateOf(target.view, {});
  if (kept.target.file !== target.file || kept.target.view !== target.view) return viewStateOf(target.view, {});
  if (kept.version === 2) return viewStateOf(target.view, kept.state);
  return viewStateOf(
    target.view,
    kept.version === 1 ? { ...kept, split: kept.metric, logAxes: kept.logLoss === true ? ['loss'] : [] } : {},
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
