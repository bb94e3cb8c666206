/** The nine principles that every capability serves one of, by their numbers. */
export const principles = {
  1: 'Modular and evolvable',
  2: 'Single source of truth',
  3: 'Secure and private',
  4: 'Scalable and performant',
  5: 'Reliable and cost effective',
  6: 'Open source',
  7: 'Interoperable',
  8: 'Observable and transparent',
  9: 'Intelligent',
} as const;

/** Number of a principle. */
export type Principle = keyof typeof principles;

/** All of them, in their order. */
export const principleNumbers = Object.keys(principles).map(Number) as readonly Principle[];
