import type { Difference, ExperimentResults, ExperimentRow, VariedThing } from './experiment'
import { sayVerdict, variantName } from './experimentWords'
import type { Language } from './texts'

export type Outcome = 'draw' | 'better' | 'worse' | 'unknown'

/** What follows from the figures of an experiment, each as one sentence: see `verdictText`. */
export type VerdictFact =
  /** What tying saves and costs: the tied row against the untied one. `psnr` is tied − untied. */
  | {
      readonly kind: 'tying'
      readonly images: number
      /** Of the trained values, in percent. */
      readonly saved: number
      readonly psnr: number
      readonly spread: number | null
      readonly outcome: Outcome
    }
  /** A row against the first one. */
  | {
      readonly kind: 'row'
      readonly variant: string
      readonly first: string
      readonly psnr: number
      readonly spread: number | null
      readonly outcome: Outcome
    }
  /** The one that is ahead of all others, or null where none is beyond chance. */
  | { readonly kind: 'best'; readonly variant: string | null }
  | {
      readonly kind: 'unstable'
      readonly variant: string
      readonly least: number
      readonly most: number
      readonly best: number
    }
  | { readonly kind: 'pca'; readonly variant: string; readonly components: number; readonly gain: number }
  | { readonly kind: 'one-seed' }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'trained-on' }
  | { readonly kind: 'nothing' }

/** Less than this many dB of one seed tells nothing: other seeds of one model lie as far apart. */
const drawOfOneSeed = 0.1

export function verdictOf(results: ExperimentResults): VerdictFact[] {
  const { rows, vary, complete, dataset } = results
  if (rows.length === 0) return [{ kind: 'nothing' }]
  const facts: VerdictFact[] = []
  const tying = vary.what === 'tying' ? tyingFact(results) : null
  if (tying) facts.push(tying)
  const first = rows[0]!
  for (const row of rows.slice(1)) {
    const isTold =
      tying && ['tied', 'untied'].includes(row.variant) && ['tied', 'untied'].includes(first.variant)
    if (!isTold && row.difference) facts.push(rowFact(row, first, row.difference))
  }
  if (vary.what !== 'tying' && rows.length > 1) facts.push({ kind: 'best', variant: bestOf(rows) })
  for (const row of rows.filter(({ unstable }) => unstable))
    facts.push({
      kind: 'unstable',
      variant: row.variant,
      least: Math.min(...row.mse.values),
      most: Math.max(...row.mse.values),
      best: row.best.mse.mean,
    })
  facts.push(...pcaFacts(results))
  if (rows.every(({ done }) => done < 2)) facts.push({ kind: 'one-seed' })
  if (dataset.heldOut === 0) facts.push({ kind: 'trained-on' })
  if (!complete) facts.push({ kind: 'incomplete' })
  return facts
}

/** The same in words, one sentence a fact. */
export const verdictText = (facts: readonly VerdictFact[], what: VariedThing, language: Language): string[] =>
  facts.map((fact) => sayVerdict(fact, language, (variant) => variantName(variant, what, language)))

function outcomeOf({ psnr, exceeds }: Pick<Difference, 'psnr' | 'exceeds'>): Outcome {
  if (exceeds === false) return 'draw'
  if (exceeds === null && Math.abs(psnr.mean) < drawOfOneSeed) return 'draw'
  if (exceeds === null) return 'unknown'
  return psnr.mean > 0 ? 'better' : 'worse'
}

function tyingFact({ rows, dataset }: ExperimentResults): VerdictFact | null {
  const tied = rows.find(({ variant }) => variant === 'tied')
  const untied = rows.find(({ variant }) => variant === 'untied')
  if (!tied || !untied) return null
  const shared = Math.min(tied.psnr.values.length, untied.psnr.values.length)
  const values = tied.psnr.values.slice(0, shared).map((psnr, i) => psnr - untied.psnr.values[i]!)
  const mean = values.reduce((sum, value) => sum + value, 0) / shared
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const spread = shared > 1 ? Math.sqrt(squares / (shared - 1)) : null
  const psnr = { mean, spread, values }
  return {
    kind: 'tying',
    images: dataset.images,
    saved: Math.round(100 * (1 - tied.parameters / untied.parameters)),
    psnr: mean,
    spread,
    outcome: outcomeOf({ psnr, exceeds: exceedsOf(mean, spread) }),
  }
}

/** Less than this many dB is a draw whatever the seeds say: nobody sees it. */
export const visibleDb = 0.05

/** Whether a difference is larger than its spread over the seeds, and to be seen at all; null of a single seed. */
export const exceedsOf = (mean: number, spread: number | null): boolean | null =>
  spread === null ? null : Math.abs(mean) > Math.max(spread, visibleDb)

function rowFact(row: ExperimentRow, first: ExperimentRow, difference: Difference): VerdictFact {
  const { mean, spread } = difference.psnr
  return {
    kind: 'row',
    variant: row.variant,
    first: first.variant,
    psnr: mean,
    spread,
    outcome: outcomeOf(difference),
  }
}

/** Ahead of the second by more than the spread of both. */
function bestOf(rows: readonly ExperimentRow[]): string | null {
  const [best, second] = [...rows].sort((a, b) => b.psnr.mean - a.psnr.mean)
  const spread = Math.hypot(best!.psnr.spread ?? drawOfOneSeed, second!.psnr.spread ?? drawOfOneSeed)
  return best!.psnr.mean - second!.psnr.mean > Math.max(spread, visibleDb) ? best!.variant : null
}

/** The best row of each length of a code against PCA with as many components. */
function pcaFacts({ rows, pca, vary }: ExperimentResults): VerdictFact[] {
  if (vary.what === 'noise') return []
  return pca.flatMap(({ components, psnr }): VerdictFact[] => {
    const alike = rows.filter(({ code }) => code === components)
    const [best] = [...alike].sort((a, b) => b.psnr.mean - a.psnr.mean)
    return best ? [{ kind: 'pca', variant: best.variant, components, gain: best.psnr.mean - psnr.mean }] : []
  })
}
