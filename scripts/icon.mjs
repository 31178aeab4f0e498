/**
 * Draws media/icon.png: a membrane potential that leaks, reaches the threshold, spikes and is reset.
 * Usage: node scripts/icon.mjs
 */
import { writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const SIZE = 256;
/** Samples per pixel and axis. */
const OVER = 4;
const NIGHT = [16, 24, 43];
const TRACE = [86, 204, 196];
const SPIKE = [255, 176, 59];
const LINE = [120, 134, 165];

const BASE = 0.74;
const THRESHOLD = 0.4;
const TOP = 0.17;

/** The trace as points in [0, 1]²: three climbs of a leaky integrator, each but the last ending in a spike. */
function trace() {
  const climbs = [
    { from: 0.1, to: 0.36, reaches: true },
    { from: 0.36, to: 0.62, reaches: true },
    { from: 0.62, to: 0.9, reaches: false },
  ];
  const curve = [];
  const spikes = [];
  for (const { from, to, reaches } of climbs) {
    const points = Array.from({ length: 25 }, (_, i) => {
      const t = i / 24;
      const level = (1 - Math.exp(-2 * t)) / (1 - Math.exp(-2));
      return [from + (to - from) * t, BASE - (BASE - THRESHOLD) * level * (reaches ? 1 : 0.6)];
    });
    curve.push(points);
    if (reaches)
      spikes.push([
        [to, BASE],
        [to, TOP],
      ]);
  }
  return { curve, spikes };
}

function distance([x, y], [ax, ay], [bx, by]) {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
  return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
}

const near = (point, line, width) => line.some((b, i) => i > 0 && distance(point, line[i - 1], b) < width / 2);

/** RGBA at a point of the unit square. */
function colorAt(point, { curve, spikes }) {
  const radius = 0.18;
  const inset = point.map((c) => Math.max(0, Math.abs(c - 0.5) - (0.5 - radius)));
  if (Math.hypot(...inset) > radius) return [0, 0, 0, 0];
  if (spikes.some((line) => near(point, line, 0.045))) return [...SPIKE, 255];
  if (curve.some((line) => near(point, line, 0.045))) return [...TRACE, 255];
  const [x, y] = point;
  if (Math.abs(y - THRESHOLD) < 0.009 && x > 0.1 && x < 0.9 && (x - 0.1) % 0.08 < 0.045) return [...LINE, 255];
  return [...NIGHT, 255];
}

function pixels() {
  const shape = trace();
  const rows = Buffer.alloc(SIZE * (SIZE * 4 + 1));
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const sum = [0, 0, 0, 0];
      for (let i = 0; i < OVER * OVER; i++) {
        const x = (column + ((i % OVER) + 0.5) / OVER) / SIZE;
        const y = (row + (Math.floor(i / OVER) + 0.5) / OVER) / SIZE;
        const [r, g, b, a] = colorAt([x, y], shape);
        sum[0] += r * a;
        sum[1] += g * a;
        sum[2] += b * a;
        sum[3] += a;
      }
      const offset = row * (SIZE * 4 + 1) + 1 + column * 4;
      for (let c = 0; c < 3; c++) rows[offset + c] = sum[3] === 0 ? 0 : Math.round(sum[c] / sum[3]);
      rows[offset + 3] = Math.round(sum[3] / (OVER * OVER));
    }
  }
  return rows;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

const header = Buffer.alloc(13);
header.writeUInt32BE(SIZE, 0);
header.writeUInt32BE(SIZE, 4);
// Eight bits a channel, colour with alpha.
header.set([8, 6, 0, 0, 0], 8);
const png = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  chunk('IHDR', header),
  chunk('IDAT', deflateSync(pixels(), { level: 9 })),
  chunk('IEND', Buffer.alloc(0)),
]);
writeFileSync(new URL('../media/icon.png', import.meta.url), png);
