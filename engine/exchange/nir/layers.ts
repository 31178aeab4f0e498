/** A graph of NIR as layers of spiking neurons one after another, or why it is none. Weights are not looked at. */
import { UserError } from '../../base/errors.ts';
import { type NirGraph, type NirNode, numbersOf, shapeOfField } from './graph.ts';

export interface NirLayer {
  /** Name of the node of its neurons. */
  name: string;
  size: number;
  /** k of all neurons, or the least and greatest of them. */
  leak: number | { least: number; greatest: number };
  /** Absent: it never fires. */
  threshold?: number;
  reset: 'hard' | 'none';
  recurrent: boolean;
  scaleInput: boolean;
}

export interface NirChain {
  inputs: number;
  layers: NirLayer[];
  /** Whether any connection has one. */
  bias: boolean;
}

/** Numbers of files in float32: equal where they differ by no more than such numbers do when they are computed. */
const CLOSE = 1e-5;

/** @param dt seconds of a step; undefined: not known @throws a UserError that names the node which LIF Lab has no layer for */
export function chainOf(file: string, { nodes, edges }: NirGraph, dt: number | undefined): NirChain {
  const refuse = (what: string): UserError => new UserError(`${file}: ${what}; such a graph cannot become a study.`);
  const targets = (name: string) => edges.filter(([from]) => from === name).map(([, to]) => to);
  const typeOf = (name: string) => nodes.get(name)!.type;
  const inputs = [...nodes.keys()].filter((name) => typeOf(name) === 'Input');
  if (inputs.length !== 1) throw refuse(`it has ${inputs.length} nodes of type Input, not one`);
  const layers: NirLayer[] = [];
  let bias = false;
  /** Neurons in the connection that leads to the next node; undefined behind neurons. */
  let wired: number | undefined;
  const seen = new Set<string>();
  let current = inputs[0]!;
  for (;;) {
    if (seen.has(current)) throw refuse(`its node ${current} closes a cycle over several layers`);
    seen.add(current);
    const node = nodes.get(current)!;
    const type = node.type;
    const next = targets(current);
    const back = isNeuron(type) || type === 'Threshold' ? next.filter((name) => leadsBack(name)) : [];
    switch (type) {
      case 'Input':
      case 'Flatten':
        break;
      case 'Linear':
      case 'Affine': {
        const [rows, columns] = field(() => shapeOfField(node, 'weight'));
        if (rows === undefined || columns === undefined)
          throw refuse(`its node ${current} has weights that are no matrix`);
        wired = rows;
        bias ||= type === 'Affine';
        break;
      }
      case 'LIF':
      case 'LI':
      case 'IF':
      case 'I':
        if (wired === undefined) throw refuse(`its node ${current} receives what comes without weights`);
        layers.push(layerOf(current, node, wired, back.length > 0));
        wired = undefined;
        break;
      case 'Threshold': {
        const layer = layers.at(-1);
        if (!layer || layer.threshold !== undefined || wired !== undefined)
          throw refuse(`its node ${current} is a Threshold that stands not behind integrators`);
        layer.threshold = same(current, node, 'threshold');
        layer.recurrent = back.length > 0;
        break;
      }
      case 'Output': {
        if (wired !== undefined) throw refuse('it ends with weights, not with neurons');
        const sizes = field(() => Array.from(numbersOf(nodes.get(inputs[0]!)!, 'shape')));
        return { inputs: sizes.reduce((product, n) => product * n, 1), layers, bias };
      }
      default:
        throw refuse(`its node ${current} is of type ${type}, for which there is no layer`);
    }
    const onward = next.filter((name) => !back.includes(name));
    if (onward.length !== 1)
      throw refuse(
        `its node ${current} leads to ${onward.length === 0 ? 'nothing' : onward.join(' and ')}, not to one node`,
      );
    const [target] = onward as [string];
    const foreign = edges.filter(([from, to]) => to === target && from !== current && !returns(from, target));
    if (foreign.length > 0) throw refuse(`its node ${target} receives from ${foreign[0]![0]}, too`);
    current = target;
  }

  /** Whether these are the weights of a recurrence: they lead back to the neurons that they come from. */
  function leadsBack(name: string): boolean {
    const type = typeOf(name);
    if (type !== 'Linear' && type !== 'Affine') return false;
    return targets(name).some((to) => seen.has(to));
  }

  /** Whether `from` are such weights, of neurons from `target` on. */
  function returns(from: string, target: string): boolean {
    const type = typeOf(from);
    if (type !== 'Linear' && type !== 'Affine') return false;
    const sources = edges.filter(([, to]) => to === from).map(([source]) => source);
    const own = [target, ...targets(target).filter((name) => typeOf(name) === 'Threshold')];
    return sources.length === 1 && own.includes(sources[0]!);
  }

  function layerOf(name: string, node: NirNode, size: number, recurrent: boolean): NirLayer {
    const r = field(() => numbersOf(node, 'r'));
    if (r.length !== size && r.length !== 1)
      throw refuse(`its node ${name} has ${r.length} neurons behind ${size} rows of weights`);
    const fires = node.type === 'LIF' || node.type === 'IF';
    if (fires && node.fields.v_reset !== undefined && same(name, node, 'v_reset') !== 0)
      throw refuse(`its node ${name} is reset to ${same(name, node, 'v_reset')}, and neurons are reset to 0 here`);
    const leaks = node.type === 'LIF' || node.type === 'LI';
    if (leaks && same(name, node, 'v_leak') !== 0)
      throw refuse(`its node ${name} leaks to ${same(name, node, 'v_leak')}, and potentials leak to 0 here`);
    const leak = leaks ? leakOf(name, node) : 1;
    const gain = r[0]!;
    const scaleInput = leaks && close(gain, 1) && leak !== 0;
    return {
      name,
      size,
      leak,
      ...(fires && { threshold: same(name, node, 'v_threshold') }),
      reset: fires ? 'hard' : 'none',
      recurrent,
      scaleInput,
    };
  }

  function leakOf(name: string, node: NirNode): NirLayer['leak'] {
    if (dt === undefined)
      throw new UserError(
        `${file} does not say how long a step is; say it with --dt SECONDS, for instance --dt 0.001.`,
      );
    const tau = field(() => Array.from(numbersOf(node, 'tau')));
    const [least, greatest] = [Math.min(...tau), Math.max(...tau)];
    if (!(least >= dt * (1 - CLOSE)))
      throw refuse(`its node ${name} has a time constant of ${least} s, shorter than a step of ${dt} s`);
    const k = (value: number) => Math.max(0, Number((1 - dt / value).toPrecision(7)));
    return close(least, greatest) ? k(least) : { least: k(least), greatest: k(greatest) };
  }

  /** The one value of a field that is to be the same for all neurons. */
  function same(name: string, node: NirNode, of: string): number {
    const values = field(() => Array.from(numbersOf(node, of)));
    const [least, greatest] = [Math.min(...values), Math.max(...values)];
    if (!Number.isFinite(least) || !close(least, greatest))
      throw refuse(`its node ${name} has ${of} from ${least} to ${greatest}, and the neurons of a layer have one here`);
    return Number(least.toPrecision(7));
  }

  function field<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw refuse((error as Error).message);
    }
  }
}

const isNeuron = (type: string): boolean => ['LIF', 'LI', 'IF', 'I'].includes(type);

const close = (a: number, b: number): boolean => Math.abs(a - b) <= CLOSE * Math.max(Math.abs(a), Math.abs(b));
