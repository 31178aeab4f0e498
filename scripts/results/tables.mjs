/** From what `lif compare --json` says, and what the runs themselves hold, to the tables of docs/results.md. Pure text. */

const percent = (x) => (100 * x).toFixed(2);
const meanOf = (values) => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Mean ± sample standard deviation of shares, in per cent; the one value there is; a dash where there is none. */
export function spread(values) {
  if (values.length === 0) return '–';
  const mean = meanOf(values);
  if (values.length === 1) return percent(mean);
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1));
  return `${percent(mean)} ± ${percent(deviation)}`;
}

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** A row for each variant: the accuracy of every seed at the epoch that counts, its mean, the last epoch beside it. */
export function variantTable(comparison, paper = {}) {
  const { seeds, rows } = comparison;
  const withPaper = Object.keys(paper).length > 0;
  const head = ['variant', ...seeds.map((seed) => `seed ${seed}`)];
  if (seeds.length > 1) head.push('mean ± sd');
  head.push('at epoch', 'last epoch', 'spikes per neuron and step', ...(withPaper ? ['paper'] : []));
  return table(
    head,
    rows.map(({ variant, results }) => {
      const of = (seed) => results.find((run) => run.seed === seed)?.result;
      const scored = results.filter(({ result }) => result);
      const cells = [variant, ...seeds.map((seed) => (of(seed) ? percent(of(seed).accuracy) : '–'))];
      if (seeds.length > 1) cells.push(spread(scored.map(({ result }) => result.accuracy)));
      cells.push(
        scored.map(({ result }) => result.epoch).join(', ') || '–',
        spread(scored.flatMap(({ last }) => (last?.test ? [last.test.accuracy] : []))),
        rates(scored) || '–',
        ...(withPaper ? [paper[variant]?.toFixed(2) ?? '–'] : []),
      );
      return cells;
    }),
  );
}

/** Mean over the seeds of each layer that spikes. */
function rates(scored) {
  const layers = scored[0]?.result.spikeRates ?? [];
  return layers.map((_, l) => meanOf(scored.map(({ result }) => result.spikeRates[l])).toPrecision(2)).join(' / ');
}

/** A row for each variant and a column for each length, from variants that are named `NAME, N steps`. */
export function curveTable({ rows }) {
  const cells = rows.flatMap(({ variant, results }) => {
    const [, name, steps] = /^(.*), (\d+) steps$/.exec(variant) ?? [];
    return name === undefined ? [] : [{ name, steps: Number(steps), results: results.filter(({ result }) => result) }];
  });
  const lengths = [...new Set(cells.map(({ steps }) => steps))].sort((a, b) => a - b);
  const names = [...new Set(cells.map(({ name }) => name))];
  return table(
    ['variant', ...lengths.map((steps) => `${steps} steps`)],
    names.map((name) => [
      name,
      ...lengths.map((length) => {
        const found = cells.find((cell) => cell.name === name && cell.steps === length)?.results ?? [];
        const text = spread(found.map(({ result }) => result.accuracy));
        return found.length === 1 ? `${text} (1 seed)` : text;
      }),
    ]),
  );
}

/**
 * How a table came about, in a sentence. `runs`: run.json of every run in it; `n`: test samples where the file does not say.
 */
export function origin({ file, seeds, rows }, runs, n) {
  const specs = runs.map(({ spec }) => spec);
  const list = (values) => [...new Set(values)].sort().join(', ');
  const commits = list(
    runs.map(({ provenance: { gitCommit, gitDirty } }) =>
      gitCommit ? gitCommit.slice(0, 7) + (gitDirty ? ' with changes' : '') : 'not known',
    ),
  );
  const dates = list(runs.map(({ createdAt }) => new Date(createdAt).toISOString().slice(0, 10)));
  const asked = rows.length * seeds.length;
  const parts = [
    `commit ${commits}`,
    dates,
    epochsText(list(specs.map(({ training }) => training.epochs))),
    `seeds ${seeds.join(', ')}`,
    `n = ${(specs[0]?.dataset.testSamples ?? n ?? 0).toLocaleString('en')} test samples`,
    `${runs.length} of ${asked} runs`,
  ];
  return `Measured with \`lif run ${file}\`: ${parts.join('; ')}.`;
}

const epochsText = (epochs) => `${epochs} ${epochs === '1' ? 'epoch' : 'epochs'}`;

/** The first table below a heading of a report in Markdown; undefined where there is none before the next heading. */
export function tableUnder(markdown, heading) {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) return undefined;
  const level = /^#+/.exec(lines[start])[0].length;
  const rest = lines.slice(start + 1);
  const next = rest.findIndex((line) => /^#+ /.test(line) && /^#+/.exec(line)[0].length <= level);
  const own = next < 0 ? rest : rest.slice(0, next);
  const from = own.findIndex((line) => line.startsWith('|'));
  if (from < 0) return undefined;
  const length = own.slice(from).findIndex((line) => !line.startsWith('|'));
  return own.slice(from, length < 0 ? undefined : from + length).join('\n');
}

/**
 * How many networks a table of docs/results.md tells of: the runs that its first sentence names, or the sum of its column `seeds`. 0 where
 * there is no table.
 */
export function networksIn(content) {
  const runs = /; (\d+) of \d+ runs?\./.exec(content);
  if (runs) return Number(runs[1]);
  const rows = content
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const column = rows[0]?.indexOf('seeds') ?? -1;
  return column < 0 ? 0 : rows.slice(2).reduce((sum, cells) => sum + (Number(cells[column]) || 0), 0);
}

/**
 * The text with what stands between the marks of `id` replaced; undefined where that would put fewer networks in the place of more, unless
 * `smaller` allows it: a table of eight seeds took long. Throws where there are no such marks.
 */
export function replaceBetween(text, id, content, { smaller = false } = {}) {
  const [open, close] = [`<!-- results: ${id} -->`, `<!-- end: ${id} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`docs/results.md has no marks ${open} and ${close}; add them.`);
  if (!smaller && networksIn(content) < networksIn(text.slice(from, to))) return undefined;
  return `${text.slice(0, from + open.length)}\n${content}\n${text.slice(to)}`;
}
