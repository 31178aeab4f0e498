/** What users read of a layer, everywhere: `layer 1`, counted from the input on; the last is the readout, too. */

/**
 * @param name of the plan: `layers.0`, `cell`, `readout`
 * @param place in the network, from 0, where it is known: a readout has another one in a deeper network
 */
export function layerName(name: string, place?: number): string {
  if (name === 'readout') return place === undefined ? 'readout' : `layer ${place + 1} (readout)`;
  const known = place ?? (name === 'cell' ? 0 : /^layers\.(\d+)$/.exec(name)?.[1]);
  return known === undefined ? name : `layer ${Number(known) + 1}`;
}

/** At the beginning of a sentence or above a picture. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** In a column that is called so: `1`, `2 (readout)`. */
export const layerNumber = (name: string, place?: number): string => layerName(name, place).replace(/^layer /, '');

/** Where the layer of this name is in several networks; undefined where it is not in the same place in all. */
export function commonPlace(name: string, layers: readonly { name: string; layer: number }[]): number | undefined {
  const places = new Set(layers.flatMap((one) => (one.name === name ? [one.layer] : [])));
  return places.size === 1 ? [...places][0] : undefined;
}
