/** Recordings of event cameras: one file for each sample, in a folder for each class or with a table of labels. */
import { createHash } from 'node:crypto';
import { cameraOf, MAX_HEADER } from '../../../formats/cameras/camera.ts';
import type { Camera } from '../../../formats/cameras/header.ts';
import { readHead, readWhole } from '../../../formats/files.ts';
import type { ListedFile } from '../folders.ts';
import type { OwnData } from '../own.ts';
import { unitOf } from '../roles.ts';
import type { Wanted } from '../schema.ts';
import { aboutFiles } from './files.ts';
import { pixelOf } from './pixels.ts';

const REMEDY = 'record or export it again';
/** One sample is a few seconds; an hour of a lively scene has as much. */
const MAX_BYTES = 2 ** 30;
/** Recordings that are read to tell how long they are. */
const LOOKED_AT = 32;

/** Opens the listed recordings; of the first, the header is read. Throws a UserError. */
export function openCameras(files: ListedFile[], wanted: Wanted): OwnData {
  const hash = createHash('sha256');
  const first = checkCamera(files[0]!.file);
  return {
    ...aboutFiles(files),
    what: `recordings of an event camera (${first.format})`,
    unit: unitOf(wanted.timeUnit) ?? 1,
    holds: 'events',
    atLeast: true,
    sensor: first.sensor,
    async scan() {
      const sensor = { width: 0, height: 0, ...first.sensor };
      let longest = 0;
      const each = Math.max(1, Math.floor(files.length / LOOKED_AT));
      for (let i = 0; i < files.length; i += each) {
        await new Promise(setImmediate);
        let [start, end] = [Number.NaN, 0];
        const { camera, bytes } = open(files[i]!.file);
        camera.decode(bytes, (time, x, y) => {
          if (Number.isNaN(start)) start = time;
          end = time;
          if (x >= sensor.width) sensor.width = x + 1;
          if (y >= sensor.height) sensor.height = y + 1;
        });
        if (end - start > longest) longest = end - start;
      }
      return { input: { planes: 2, ...sensor }, longest };
    },
    read(index, events) {
      const { file } = files[index]!;
      const { camera, bytes } = open(file);
      hash.update(bytes);
      const pixel = pixelOf(file, wanted, wanted.sensor ?? camera.sensor, true);
      camera.decode(bytes, (time, x, y, polarity) => events.push(time, pixel(x, y, polarity)));
    },
    checksums: () => ({ [`${files.length} recordings`]: hash.copy().digest('hex') }),
    close() {},
  };
}

function open(file: string): { camera: Camera; bytes: Buffer } {
  const bytes = readWhole(file, REMEDY, MAX_BYTES);
  return { camera: cameraOf(file, bytes.subarray(0, MAX_HEADER), REMEDY), bytes };
}

/** What the header of a recording says. Throws a UserError. */
export const checkCamera = (file: string): Camera => cameraOf(file, readHead(file, MAX_HEADER, REMEDY), REMEDY);
