/** Bytes, elements and rows: what the compiler takes for what, checked whenever the tests are compiled. */
import { expect, test } from 'vitest';
import {
  addressOf,
  type Bytes,
  bytes,
  elements,
  panelAddress,
  rows,
} from '../../../../../engine/backends/event/layout/units.ts';

test('addresses are counted in bytes from what is counted in elements, of 4 bytes each', () => {
  expect(addressOf(bytes(64), elements(3))).toBe(76);
  expect(addressOf(bytes(64), 3)).toBe(76);
  expect(panelAddress(bytes(64), rows(5), 16)).toBe(64 + 5 * 16 * 4);
});

test('what counts one thing is not taken for another', () => {
  const k = bytes(64);
  const a = elements(3);
  // @ts-expect-error An element offset is no address.
  addressOf(a, 0);
  // @ts-expect-error An address is no offset within a vector.
  addressOf(k, k);
  // @ts-expect-error A number of rows is no number of elements.
  addressOf(k, rows(2));
  // @ts-expect-error An element offset is no number of rows.
  panelAddress(k, a, 16);
  // @ts-expect-error A plain number is no address until somebody says so.
  const plain: Bytes = 3;
  expect([a, plain]).toEqual([3, 3]);
});
