export { gatherRows, gatherRowsWeighted, sumRows } from './gather';
export { transposeEvents } from './transpose';
export { lifForward } from './lif-forward';
export { lifBackward } from './lif-backward';
export { keepEvents, scale, multiplyElements } from './dropout';
export { readout } from './readout';
export { multiply, multiplyTransposed, transposeMatrix } from './product';
export { cellForward, cellBackward } from './cell';
export { adam, reduceShards, sgd, sumSquares, leakFromParameter, leakGradient } from './optimizer';
