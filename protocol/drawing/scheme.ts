/** Of the background. */
export type Scheme = 'dark' | 'light';
