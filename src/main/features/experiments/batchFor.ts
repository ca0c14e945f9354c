/** Some thirty steps an epoch or more, as far as the images go. */
export const batchFor = (count: number): number => [128, 64, 32].find((size) => count >= 30 * size) ?? 16
