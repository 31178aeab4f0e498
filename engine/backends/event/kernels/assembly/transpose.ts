// From "which channels fired at this row" to "at which rows did this channel fire": a counting sort, stable, so that
// gradients are always summed in the same order.

/**
 * offsets [rows+1], channels [offsets[rows]] (u16) → outOffsets [channelCount+1], outIndices (u16).
 * With `delayWithin` > 0, the steps of a sample, an event of row r is filed under row r + 1, and dropped in the last step of its
 * sample: spikes act on the recurrent input one step later. `values` (f32 per event) travel along when not 0.
 */
export function transposeEvents(
  offsets: usize, channels: usize, values: usize, rows: i32, channelCount: i32, delayWithin: i32,
  outOffsets: usize, outIndices: usize, outValues: usize,
): void {
  memory.fill(outOffsets, 0, <usize>(channelCount + 1) << 2);
  // Histogram one place to the right of where each channel starts.
  for (let r = 0; r < rows; r++) {
    if (delayWithin > 0 && (r + 1) % delayWithin == 0) continue;
    const end = load<u32>(offsets + (<usize>(r + 1) << 2));
    for (let e = load<u32>(offsets + (<usize>r << 2)); e < end; e++) {
      const p = outOffsets + (<usize>load<u16>(channels + (<usize>e << 1)) << 2);
      store<u32>(p, load<u32>(p, 4) + 1, 4);
    }
  }
  let sum: u32 = 0;
  for (let c = 0; c <= channelCount; c++) {
    const p = outOffsets + (<usize>c << 2);
    sum += load<u32>(p);
    store<u32>(p, sum);
  }
  // outOffsets[c] is now where channel c starts; filling moves it to where channel c + 1 starts.
  for (let r = 0; r < rows; r++) {
    if (delayWithin > 0 && (r + 1) % delayWithin == 0) continue;
    const row = <u32>(delayWithin > 0 ? r + 1 : r);
    const end = load<u32>(offsets + (<usize>(r + 1) << 2));
    for (let e = load<u32>(offsets + (<usize>r << 2)); e < end; e++) {
      const p = outOffsets + (<usize>load<u16>(channels + (<usize>e << 1)) << 2);
      const entry = load<u32>(p);
      store<u16>(outIndices + (<usize>entry << 1), <u16>row);
      if (values) store<f32>(outValues + (<usize>entry << 2), load<f32>(values + (<usize>e << 2)));
      store<u32>(p, entry + 1);
    }
  }
  memory.copy(outOffsets + 4, outOffsets, <usize>channelCount << 2);
  store<u32>(outOffsets, 0);
}

/**
 * The row of each event: rowOf[e] = r (u16) for e in [offsets[r], offsets[r+1]). Behind the last event up to eight entries
 * may be overwritten.
 */
export function rowsOfEvents(offsets: usize, rows: i32, rowOf: usize): void {
  let e = load<u32>(offsets);
  for (let r = 0; r < rows; r++)
    for (const end = load<u32>(offsets + (<usize>(r + 1) << 2)); e < end; e++) store<u16>(rowOf + (<usize>e << 1), <u16>r);
}
