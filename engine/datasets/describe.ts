/** What is known of a data set without any of its files. */
import { SettingError } from '../base/errors.ts';
import type { InputShape, KnownShape } from './sets/definition.ts';
import { type DatasetSpec, definitionOf } from './sets/registry.ts';

/** Shape of the samples and, as far as the spec and the published files tell, how many there are. */
export function shapeOf(spec: DatasetSpec): KnownShape & { inputs: number } {
  const shape = definitionOf(spec).shape(spec);
  return { ...shape, inputs: inputsOf(shape.input) };
}

/** Input channels. */
export function inputsOf(input: InputShape): number {
  return 'channels' in input ? input.channels : input.planes * input.height * input.width;
}

/** Throws a SettingError when fields of the spec cannot go together. */
export function refuseImpossible(spec: DatasetSpec): void {
  const wrong = definitionOf(spec)
    .problems?.(spec)
    .find(({ severity }) => severity === 'error');
  if (wrong) throw new SettingError(['dataset', ...wrong.path], wrong.complaint);
}
