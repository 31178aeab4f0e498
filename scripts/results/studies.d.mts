export const STUDIES: {
  id: string;
  file: string;
  paper?: Record<string, number>;
  curve?: boolean;
  sets?: string[];
  full?: boolean;
  needs?: string;
  some?: boolean;
  ask?: Record<string, string[]>;
  testSamples?: number;
  asked?: Record<string, string>;
}[];
