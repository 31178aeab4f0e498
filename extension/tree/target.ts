import { isRecord } from '../../protocol/views.ts';
import { isDatasetName, isExperimentFile } from '../base/experiment-files.ts';

import type { Node } from './nodes.ts';

/** What a command acts on, whichever way it was called: a button above a line, a tree item, a key, another extension. */
export interface Target {
  /** Absolute path of the experiment file, if one was given. */
  file?: string;
  /** Of the studies that are selected beside it. */
  others?: string[];
  /** Named variants of the file; empty for all of them. */
  variants: string[];
  /** Selected runs; empty when the file or its variants are meant. */
  runIds: string[];
  /** Name of a data set. */
  dataset?: string;
  /** Show it, but leave the focus where it is. */
  peek?: boolean;
}

/** Third argument of a command that comes from a single click on a tree item. */
export const PEEK = 'peek';

/**
 * Reads the arguments of a command: `(uri, variant?)` or `({ dataset })` from the editor, `(node, selected nodes?)` from the tree,
 * nothing from the palette. Whatever else arrives counts as nothing.
 */
export function targetOf(args: readonly unknown[]): Target {
  const [first, second, third] = args;
  if (isNode(first)) {
    const target = targetOfNodes(first, Array.isArray(second) && second.length > 0 ? second.filter(isNode) : [first]);
    return third === PEEK ? { ...target, peek: true } : target;
  }
  const target: Target = { variants: [], runIds: [] };
  if (isRecord(first) && isDatasetName(first.dataset)) target.dataset = first.dataset;
  if (isRecord(first) && typeof first.fsPath === 'string' && isExperimentFile(first.fsPath)) target.file = first.fsPath;
  if (target.file !== undefined && typeof second === 'string') target.variants.push(second);
  return target;
}

/** @param clicked whose file is meant, whatever was selected first */
function targetOfNodes(clicked: Node, nodes: readonly Node[]): Target {
  const target: Target = { file: clicked.file, variants: [], runIds: [] };
  for (const node of nodes) {
    if (node.kind === 'variant' && node.file === target.file) target.variants.push(node.variant);
    if (node.kind === 'run') target.runIds.push(node.runId);
  }
  const others = new Set(nodes.map(({ file }) => file).filter((file) => file !== target.file));
  if (others.size > 0) target.others = [...others];
  return target;
}

function isNode(value: unknown): value is Node {
  if (!isRecord(value) || typeof value.file !== 'string') return false;
  if (value.kind === 'study') return true;
  if (value.kind === 'variant') return typeof value.variant === 'string';
  return value.kind === 'run' && typeof value.runId === 'string';
}
