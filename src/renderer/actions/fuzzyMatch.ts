/** Without accents and capitals, so that nobody has to type them. */
const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

const isStart = (text: string, at: number) => at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1]!)

/**
 * How well a name fits what was typed: null where its letters are not all in it, in that order. Letters in one piece count
 * most, then those at the beginnings of words, then short names.
 */
export function fuzzyScore(typed: string, name: string): number | null {
  const wanted = plain(typed).replace(/\s+/g, ' ').trim()
  const text = plain(name)
  if (wanted === '') return 0
  const whole = text.indexOf(wanted)
  if (whole >= 0) return 1000 + (isStart(text, whole) ? 500 : 0) + (whole === 0 ? 250 : 0) - text.length / 100
  let score = 0
  let at = -1
  for (const letter of wanted) {
    if (letter === ' ') continue
    const next = text.indexOf(letter, at + 1)
    if (next < 0) return null
    score += (next === at + 1 ? 2 : 0) + (isStart(text, next) ? 3 : 0)
    at = next
  }
  return score - text.length / 100
}

/** Those that fit, the best first; as they come where they fit alike. */
export function fuzzyFind<T>(typed: string, items: readonly T[], nameOf: (item: T) => string): T[] {
  return items
    .flatMap((item) => {
      const score = fuzzyScore(typed, nameOf(item))
      return score === null ? [] : [{ item, score }]
    })
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item)
}
