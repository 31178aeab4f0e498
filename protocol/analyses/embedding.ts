import type { Split } from '../metrics.ts';

/** The answer of `embedding`: t-SNE of the last hidden layer, and what its original space says of the classes. */
export interface EmbeddingResult {
  split: Split;
  samples: number;
  /** Names which samples are taken. */
  seed: number;
  /** Neurons of the last hidden layer; a feature is the mean of one over the steps. */
  features: number;
  /** Features that are not the same for all samples. */
  varying: number;
  perplexity: number;
  learningRate: number;
  /** Iterations done, and how many there will be. */
  iterations: number;
  total: number;
  /** Kullback–Leibler divergence after these, with θ = .5. */
  divergence: number;
  /** Numbers of the samples in their split, their labels, and what the network takes them for [n]. */
  indices: number[];
  labels: number[];
  predicted: number[];
  /** Where each lies [n]. */
  x: number[];
  y: number[];
  /** In the space of the features, not of the picture. */
  original: ClassSeparation;
  /** The same in the plane of the picture, for comparison; null until the picture is finished. */
  picture: ClassSeparation | null;
  /** Samples that share their features with another one exactly. */
  duplicates: number;
  /** Accuracy of the network on these samples. */
  accuracy: number;
}

export interface ClassSeparation {
  /** Mean silhouette over the samples, in [-1, 1]; null with fewer than two classes. */
  silhouette: number | null;
  /** Of each class; null where it has fewer than two samples. */
  silhouettes: (number | null)[];
  /** Share of the samples whose label is that of most of their k nearest others. */
  kNearest: number;
  k: number;
}
