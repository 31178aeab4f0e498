export const STUDIES: {
  id: string;
  file: string;
  paper?: Record<string, number>;
  curve?: boolean;
  full?: boolean;
  needs?: string;
  testSamples?: number;
}[];
