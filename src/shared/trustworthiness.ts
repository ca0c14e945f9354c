export const trustWords = ['good', 'fair', 'poor'] as const
export type TrustWord = (typeof trustWords)[number]

/** What a map that puts its points anywhere gets, in the mean, when it has many more points than neighbours. */
export const trustOfChance = 0.5

/** Shares of a random map's penalty that a good and a fair map stay within. */
const goodShare = 0.1
const fairShare = 0.3

/**
 * Trustworthiness (Venna & Kaski 2001) in a word. It is 1 minus a penalty for strangers among the neighbours on the map:
 * each counts by how far down the list of true neighbours it stands. A map of random places has a penalty of one half,
 * so the figure runs from 0.5 to 1 and not from 0: 0.84 sounds good and is a third of the way to chance. A map is good
 * within a tenth of the random map's penalty (0.95 and more), as UMAP of codes with groups usually is, and poor beyond
 * three tenths of it (below 0.85), as two principal components of many usually are.
 */
export function judgeTrustworthiness(trustworthiness: number): TrustWord {
  const share = (1 - trustworthiness) / (1 - trustOfChance)
  // Floats: 0.95 is good.
  const isWithin = (limit: number) => share <= limit + 1e-9
  return isWithin(goodShare) ? 'good' : isWithin(fairShare) ? 'fair' : 'poor'
}
