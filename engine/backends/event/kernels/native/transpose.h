// From "which channels fired at this row" to "at which rows did this channel fire": ../assembly/transpose.ts.
#pragma once
#include "shared/row.h"

KERNEL(transposeEvents) {
  u32* __restrict const starts = (u32*)outOffsets;
  const u32* __restrict const ends = (const u32*)offsets;
  const u16* __restrict const channel = (const u16*)channels;
  u16* __restrict const toRow = (u16*)outIndices;
  memset(starts, 0, (size_t)(channelCount + 1) << 2);
  if (delayWithin > 0) {
    for (int first = 0; first < rows; first += delayWithin)
      for (u32 e = ends[first], end = ends[first + delayWithin - 1]; e < end; e++) starts[channel[e] + 1]++;
  } else {
    for (u32 e = ends[0], end = ends[rows]; e < end; e++) starts[channel[e] + 1]++;
  }
  u32 sum = 0;
  for (int c = 0; c <= channelCount; c++) starts[c] = sum += starts[c];
  // starts[c] is now where channel c starts; filling moves it to where channel c + 1 starts.
  for (int r = 0, t = 1; r < rows; r++, t++) {
    if (t == delayWithin) {
      t = 0;
      continue;
    }
    const u16 row = (u16)(delayWithin > 0 ? r + 1 : r);
    const u32 end = ends[r + 1];
    if (values)
      for (u32 e = ends[r]; e < end; e++) {
        const u32 entry = starts[channel[e]]++;
        toRow[entry] = row;
        store(outValues + ((size_t)entry << 2), load<float>(values + ((size_t)e << 2)));
      }
    else
      for (u32 e = ends[r]; e < end; e++) toRow[starts[channel[e]]++] = row;
  }
  memmove(starts + 1, starts, (size_t)channelCount << 2);
  starts[0] = 0;
}

KERNEL(rowsOfEvents) {
  // Eight entries at a time; those beyond a row's events are overwritten by the next row's.
  static const u32 AT_ONCE = 8;
  u32 e = load<u32>(offsets);
  for (int r = 0; r < rows; r++) {
    const u32 end = load<u32>(offsets + 4 * ((size_t)r + 1));
    const uint64_t four = 0x0001000100010001ull * (u16)r;
    do {
      store(rowOf + 2 * (size_t)e, four);
      store(rowOf + 2 * (size_t)e + 8, four);
      e += AT_ONCE;
    } while (e < end);
    e = end;
  }
}
