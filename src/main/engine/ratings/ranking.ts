/** How good the beginning of a list is, over users. */
export interface RankingFigures {
  /** Discounted gain of the first ten, as a share of the best order (Järvelin & Kekäläinen 2002). */
  readonly ndcg: number
  /** Share of what a user liked that is among the first ten. */
  readonly recall: number
  readonly users: number
}

const top = 10

/** The places of the largest scores, largest first; of equal ones the earlier. NaN is left out. */
export function largest(scores: ArrayLike<number>, count: number): number[] {
  const best: number[] = []
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!
    if (Number.isNaN(score)) continue
    if (best.length === count && score <= scores[best.at(-1)!]!) continue
    let at = best.length
    while (at > 0 && scores[best[at - 1]!]! < score) at--
    best.splice(at, 0, i)
    if (best.length > count) best.pop()
  }
  return best
}

/**
 * NDCG and recall at ten of one list, with gain 1 for each item that is liked; null where none is.
 *
 * @param ranked items, best first
 */
export function rankingOf(
  ranked: readonly number[],
  liked: ReadonlySet<number>,
): Omit<RankingFigures, 'users'> | null {
  if (liked.size === 0) return null
  let [gain, ideal, hits] = [0, 0, 0]
  for (let rank = 0; rank < top; rank++) {
    const discount = 1 / Math.log2(rank + 2)
    if (rank < liked.size) ideal += discount
    if (rank < ranked.length && liked.has(ranked[rank]!)) {
      gain += discount
      hits++
    }
  }
  return { ndcg: gain / ideal, recall: hits / liked.size }
}

/** The mean over users. */
export function meanRanking(figures: readonly Omit<RankingFigures, 'users'>[]): RankingFigures | null {
  if (figures.length === 0) return null
  const mean = (of: (one: Omit<RankingFigures, 'users'>) => number) =>
    figures.reduce((sum, one) => sum + of(one), 0) / figures.length
  return { ndcg: mean(({ ndcg }) => ndcg), recall: mean(({ recall }) => recall), users: figures.length }
}
