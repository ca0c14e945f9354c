/** Without accents and capitals, so that nobody has to type them. */
const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

const isStart = (text: string, at: number) => at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1]!)

/** Whether letters are beginnings of words, one after the other: `opfo` of “open folder”. */
function areBeginnings(letters: string, text: string, from = 0, goesOn = false): boolean {
  if (letters === '') return true
  for (let at = text.indexOf(letters[0]!, from); at >= 0; at = text.indexOf(letters[0]!, at + 1)) {
    const fits = (goesOn && at === from) || isStart(text, at)
    if (fits && areBeginnings(letters.slice(1), text, at + 1, true)) return true
  }
  return false
}

/** Of one word without accents and capitals. */
function scoreWord(word: string, text: string): number | null {
  let best: number | null = null
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    best = Math.max(best ?? 0, at === 0 ? 4 : isStart(text, at) ? 3 : 2)
  return best ?? (areBeginnings(word, text) ? 1 : null)
}

/**
 * How well a name fits what was typed; null where a word of that is not in it. A word counts most at the beginning of the
 * name, then at that of a word, then within one, then as beginnings of several. Of equals the shorter name fits better.
 */
export function fuzzyScore(typed: string, name: string): number | null {
  const text = plain(name)
  let score = 0
  for (const word of plain(typed).split(/\s+/).filter(Boolean)) {
    const ofWord = scoreWord(word, text)
    if (ofWord === null) return null
    score += ofWord
  }
  return score === 0 ? 0 : score - text.length / 1000
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
