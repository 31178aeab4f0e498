export { gatherRows, gatherRowsWeighted, sumRows } from './gather';
export { transposeEvents } from './transpose';
export { lifForward, lifBackward } from './lif';
export { readout } from './readout';
export { multiply, multiplyTransposed, transposeMatrix } from './product';
export { cellForward, cellBackward } from './cell';
export { adam, reduceShards, sgd, sumSquares, leakFromParameter, leakGradient } from './optimizer';
