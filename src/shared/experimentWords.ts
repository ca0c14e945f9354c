import type { VerdictFact } from './experimentVerdict'
import type { VariedThing } from './experiment'
import { filled, type Language, textsIn } from './texts'

/** What a variant is called on a page. */
export function variantName(variant: string, what: VariedThing, language: Language): string {
  const { variant: names, varied } = textsIn(language).verdict
  const name = what === 'tying' || what === 'noise' ? entry(names, variant) : undefined
  return name ?? filled(entry(varied, what) ?? '{value}', { value: variant })
}

const entry = (of: Readonly<Record<string, string>>, key: string): string | undefined => of[key]

/** A fact as a sentence. @param nameOf what a variant is called */
export function sayVerdict(
  fact: VerdictFact,
  language: Language,
  nameOf: (variant: string) => string,
): string {
  const words = textsIn(language).verdict
  const number = (value: number, digits: number) =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const db = (value: number, spread: number | null) =>
    `${number(value, 2)}${spread === null ? '' : ` ± ${number(spread, 2)}`} dB`
  const fill = (sentence: string, values: Record<string, string> = {}) => {
    const text = filled(sentence, values)
    return text.charAt(0).toLocaleUpperCase(language) + text.slice(1)
  }
  const amounts = (psnr: number, spread: number | null) => ({
    psnr: db(Math.abs(psnr), spread),
    signed: `${psnr > 0 ? '+' : '−'}${db(Math.abs(psnr), spread)}`,
  })
  switch (fact.kind) {
    case 'tying': {
      const { images, saved, psnr, spread, outcome } = fact
      const figures = { images: number(images, 0), saved: String(saved) }
      return fill(words.tying[outcome], { ...figures, ...amounts(psnr, spread) })
    }
    case 'row': {
      const { variant, first, psnr, spread, outcome } = fact
      const called = { variant: nameOf(variant), first: nameOf(first) }
      return fill(words.row[outcome], { ...called, ...amounts(psnr, spread) })
    }
    case 'best':
      if (fact.variant === null) return fill(words.best.none)
      return fill(words.best.one, { variant: nameOf(fact.variant) })
    case 'unstable': {
      const { variant, least, most, best } = fact
      const errors = { least: number(least, 4), most: number(most, 4), best: number(best, 4) }
      return fill(words.unstable, { variant: nameOf(variant), ...errors })
    }
    case 'pca': {
      const { variant, components, gain } = fact
      const figures = { components: number(components, 0), gain: number(Math.abs(gain), 2) }
      return fill(gain >= 0 ? words.pca.better : words.pca.worse, { variant: nameOf(variant), ...figures })
    }
    default:
      return fill(words[fact.kind])
  }
}
