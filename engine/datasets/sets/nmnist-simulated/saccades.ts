/**
 * A simulated event camera before a moving MNIST picture, as N-MNIST was recorded: three saccades of 105 ms along a
 * triangle, and an event whenever the log intensity of a pixel has changed by the pixel's threshold since its last one.
 */
import { stream } from '../../../base/random.ts';
import type { EventBuffer } from '../../recordings/binning.ts';

const SENSOR = 34;
const PIXELS = SENSOR * SENSOR;
const PICTURE = 28;
/** Room around the picture, so that it may move by some pixels and still be sampled without bounds checks. */
const MARGIN = 8;
const FIELD = SENSOR + 2 * MARGIN;

const SACCADE_MS = 105;
/** When each saccade starts to move, and for how long: from the event rate of the recordings. */
const STARTS_MS = [2, 104, 214];
const MOTION_MS = 95;
/** Corners of the triangle in pixels, from the path of the centre of events in the recordings. */
const CORNERS = [
  [-2.2, -1.4],
  [-0.4, 3.2],
  [2.8, -1.6],
] as const;
/** Intensity of black relative to white: a bright screen in a lit room. */
const BLACK = 0.5;
/** Standard deviation of the optical blur in pixels. */
const BLUR = 0.7;

export interface CameraFields {
  contrast: number;
  mismatch: number;
  noiseRate: number;
  cameraSeed: number;
}

/** Records one picture after another; the thresholds of the pixels are those of one camera. */
export class SaccadeCamera {
  private readonly fields: CameraFields;
  /** Log-intensity thresholds of each pixel, [PIXELS], for rising and for falling. */
  private readonly rise = new Float64Array(PIXELS);
  private readonly fall = new Float64Array(PIXELS);
  private readonly scene = new Float64Array(FIELD * FIELD);
  private readonly scratch = new Float64Array(FIELD * FIELD);
  private readonly reference = new Float64Array(PIXELS);
  private readonly previous = new Float64Array(PIXELS);
  /** Pixels that see any ink, and where in the scene each one lies. */
  private readonly active = new Uint16Array(PIXELS);
  private readonly activeAt = new Uint16Array(PIXELS);

  constructor(fields: CameraFields) {
    this.fields = fields;
    const rng = stream(fields.cameraSeed, 'saccades/thresholds');
    for (let i = 0; i < PIXELS; i++) {
      // A threshold near zero would fire without end.
      this.rise[i] = fields.contrast * Math.max(0.2, 1 + fields.mismatch * rng.normal());
      this.fall[i] = fields.contrast * Math.max(0.2, 1 + fields.mismatch * rng.normal());
    }
  }

  /** Appends the events of `pixels` [28×28] to `events`; those of one channel in order of time. */
  record(pixels: Uint8Array, recording: number, events: EventBuffer): void {
    this.project(pixels);
    const count = this.findActive();
    const { reference, previous, active, activeAt, scene, rise, fall } = this;
    for (let ms = 0; ms <= 3 * SACCADE_MS; ms++) {
      const [x, y] = positionAt(ms);
      // Moving the picture by (x, y) is sampling the scene at the pixel minus (x, y).
      const left = Math.floor(-x);
      const top = Math.floor(-y);
      const fx = -x - left;
      const fy = -y - top;
      const shift = top * FIELD + left;
      for (let k = 0; k < count; k++) {
        const i = active[k]!;
        const p = activeAt[k]! + shift;
        const upper = scene[p]! * (1 - fx) + scene[p + 1]! * fx;
        const lower = scene[p + FIELD]! * (1 - fx) + scene[p + FIELD + 1]! * fx;
        const value = upper * (1 - fy) + lower * fy;
        if (ms === 0) reference[i] = value;
        else {
          const change = value - reference[i]!;
          if (change >= rise[i]! || -change >= fall[i]!) this.fire(i, value, ms, events);
        }
        previous[i] = value;
      }
    }
    this.addNoise(recording, events);
  }

  /** Events of a pixel whose log intensity went linearly from `previous` to `value` in the last millisecond. */
  private fire(i: number, value: number, ms: number, events: EventBuffer): void {
    const from = this.previous[i]!;
    let level = this.reference[i]!;
    const rise = this.rise[i]!;
    const fall = this.fall[i]!;
    while (value - level >= rise) {
      level += rise;
      events.push(Math.floor((ms - 1 + (level - from) / (value - from)) * 1000), PIXELS + i);
    }
    while (level - value >= fall) {
      level -= fall;
      events.push(Math.floor((ms - 1 + (level - from) / (value - from)) * 1000), i);
    }
    this.reference[i] = level;
  }

  /** Log intensity of the blurred picture in the middle of the field. */
  private project(pixels: Uint8Array): void {
    const { scene, scratch } = this;
    const border = MARGIN + (SENSOR - PICTURE) / 2;
    scratch.fill(0);
    for (let y = 0; y < PICTURE; y++)
      for (let x = 0; x < PICTURE; x++) scratch[(y + border) * FIELD + x + border] = pixels[y * PICTURE + x]! / 255;
    blur(scratch, scene, 1);
    blur(scene, scratch, FIELD);
    for (let i = 0; i < scene.length; i++) scene[i] = Math.log(BLACK + (1 - BLACK) * scratch[i]!);
  }

  /** Pixels that some ink may pass: all others stay black and only see noise. */
  private findActive(): number {
    const dark = Math.log(BLACK) + 1e-3;
    let count = 0;
    for (let i = 0; i < PIXELS; i++) {
      const p = (Math.floor(i / SENSOR) + MARGIN) * FIELD + (i % SENSOR) + MARGIN;
      let lit = false;
      for (let dy = -4; dy <= 4 && !lit; dy++)
        for (let dx = -4; dx <= 4 && !lit; dx++) lit = this.scene[p + dy * FIELD + dx]! > dark;
      if (!lit) continue;
      this.active[count] = i;
      this.activeAt[count++] = p;
    }
    return count;
  }

  /** Background events: uniform in time, pixel and polarity. */
  private addNoise(recording: number, events: EventBuffer): void {
    const { noiseRate, cameraSeed } = this.fields;
    if (noiseRate === 0) return;
    const rng = stream(cameraSeed, 'saccades/noise', recording);
    const duration = 3 * SACCADE_MS * 1000;
    const perMicrosecond = (noiseRate * PIXELS) / 1e6;
    for (let t = 0; (t += -Math.log(1 - rng.uniform()) / perMicrosecond) < duration; )
      events.push(Math.floor(t), rng.below(2 * PIXELS));
  }
}

/** Offset of the picture in pixels. Within a saccade, velocity is sin²: it starts and ends at rest. */
function positionAt(ms: number): [number, number] {
  const saccade = ms < STARTS_MS[1]! ? 0 : ms < STARTS_MS[2]! ? 1 : 2;
  const from = CORNERS[saccade]!;
  const to = CORNERS[(saccade + 1) % 3]!;
  const u = Math.min(1, Math.max(0, (ms - STARTS_MS[saccade]!) / MOTION_MS));
  const s = u - Math.sin(2 * Math.PI * u) / (2 * Math.PI);
  return [from[0] + s * (to[0] - from[0]), from[1] + s * (to[1] - from[1])];
}

const KERNEL = (() => {
  const values = [-2, -1, 0, 1, 2].map((d) => Math.exp((-d * d) / (2 * BLUR * BLUR)));
  const sum = values.reduce((a, b) => a + b);
  return values.map((v) => v / sum);
})();

/** One direction of a Gaussian blur; neighbours are `stride` apart. */
function blur(from: Float64Array, to: Float64Array, stride: number): void {
  const [a, b, c] = KERNEL as [number, number, number];
  to.fill(0);
  for (let i = 2 * stride; i < from.length - 2 * stride; i++)
    to[i] =
      a * (from[i - 2 * stride]! + from[i + 2 * stride]!) + b * (from[i - stride]! + from[i + stride]!) + c * from[i]!;
}
