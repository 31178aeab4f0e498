/** From a prepared data set to its samples, in whichever thread asks. */
import type { Copy } from '../base/copy.ts';
import type { PreparedDataset, SampleReader } from './dataset.ts';
import { ImageReader } from './images/images.ts';
import { EventReader } from './recordings/events.ts';
import { DelayedXorReader } from './sets/delayed-xor/samples.ts';

/** A reader for this thread, which copies what it reads with `copy`. Cheap: no picture or recording is copied here. */
export function openReader(data: PreparedDataset, copy?: Copy): SampleReader {
  switch (data.source) {
    case 'delayed-xor':
      return new DelayedXorReader(data);
    case 'images':
      return new ImageReader(data);
    case 'events':
      return new EventReader(data, copy);
  }
}
