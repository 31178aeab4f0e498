// From "which channels fired at this row" to "at which rows did this channel fire": ../assembly/transpose.ts.
#pragma once
#include "row.h"

static void transposeEvents(
  ptr offsets, ptr channels, ptr values, int rows, int channelCount, int steps, ptr outOffsets, ptr outRows, ptr outValues
) {
  u32* const starts = (u32*)outOffsets;
  const u32* const ends = (const u32*)offsets;
  const u16* const channel = (const u16*)channels;
  u16* const toRow = (u16*)outRows;
  memset(starts, 0, (size_t)(channelCount + 1) << 2);
  for (int r = 0; r < rows; r++) {
    if (steps > 0 && (r + 1) % steps == 0) continue;
    for (u32 e = ends[r]; e < ends[r + 1]; e++) starts[channel[e] + 1]++;
  }
  u32 sum = 0;
  for (int c = 0; c <= channelCount; c++) starts[c] = sum += starts[c];
  // starts[c] is now where channel c starts; filling moves it to where channel c + 1 starts.
  for (int r = 0; r < rows; r++) {
    if (steps > 0 && (r + 1) % steps == 0) continue;
    const u16 row = (u16)(steps > 0 ? r + 1 : r);
    for (u32 e = ends[r]; e < ends[r + 1]; e++) {
      const u32 at = starts[channel[e]]++;
      toRow[at] = row;
      if (values) store(outValues + ((size_t)at << 2), load<float>(values + ((size_t)e << 2)));
    }
  }
  memmove(starts + 1, starts, (size_t)channelCount << 2);
  starts[0] = 0;
}
