/** What the shop sells when it opens. */
export const articles = [
  ['aroma-kettle', 'Aroma kettle', 3490],
  ['birch-bowl', 'Birch bowl', 1890],
  ['canvas-bag', 'Canvas bag', 2450],
  ['dot-notebook', 'Dotted notebook', 890],
  ['ember-lamp', 'Ember lamp', 5900],
  ['felt-slippers', 'Felt slippers', 2990],
  ['garden-shears', 'Garden shears', 3200],
  ['hemp-rope', 'Hemp rope, 10 m', 1200],
  ['iron-pan', 'Iron pan', 4500],
  ['jute-rug', 'Jute rug', 7900],
  ['kitchen-scale', 'Kitchen scale', 2790],
  ['linen-towel', 'Linen towel', 1450],
  ['maple-board', 'Maple board', 2250],
  ['night-clock', 'Night clock', 3990],
  ['oak-stool', 'Oak stool', 8900],
  ['paper-lantern', 'Paper lantern', 990],
  ['quilt', 'Quilt', 11900],
  ['rain-gauge', 'Rain gauge', 1590],
  ['soap-dish', 'Soap dish', 790],
  ['tea-tin', 'Tea tin', 1190],
] as const;

/** Pieces of each article when the shop opens. */
export const INITIAL_STOCK = 1_000_000;
