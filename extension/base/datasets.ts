/** Data sets with files of their own; the others are generated, or use those of one of these. A test holds it to the engine's. */
export const DATASETS: readonly string[] = ['mnist', 'nmnist', 'shd', 'ssc', 'dvs128-gesture', 'cifar10'];
