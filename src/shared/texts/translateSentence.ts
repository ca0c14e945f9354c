import { filled, type Language, textsIn } from '.'

interface Pattern {
  readonly room: string
  readonly name: string
  readonly expression: RegExp
  /** How many characters are given: of two that fit, the one that says more is meant. */
  readonly given: number
}

let known: readonly Pattern[] | null = null

/** Sentences that were translated, since a list may say the same of a thousand files. */
const translated = new Map<string, string>()
const mostKept = 2000

/**
 * An error's sentence in another language; as it is where the language has none. What stands in a gap may be a sentence
 * itself, and is then translated too.
 */
export function translateSentence(english: string, language: Language): string {
  if (language === 'en' || english === '') return english
  const key = `${language} ${english}`
  const before = translated.get(key)
  if (before !== undefined) return before
  if (translated.size === mostKept) translated.clear()
  const found = translation(english, language)
  translated.set(key, found)
  return found
}

function translation(english: string, language: Language): string {
  known ??= patterns()
  for (const { room, name, expression } of known) {
    const found = expression.exec(english)
    if (!found) continue
    const text = textOf(language, room, name)
    if (text === undefined) return english
    const values = Object.entries(found.groups ?? {}).map(([gap, value]) => [
      gap,
      translateSentence(value, language),
    ])
    return filled(text, Object.fromEntries(values))
  }
  return english
}

const roomsOf = (language: Language): Readonly<Record<string, Readonly<Record<string, string>>>> =>
  textsIn(language).errors

const textOf = (language: Language, room: string, name: string): string | undefined =>
  roomsOf(language)[room]?.[name]

function patterns(): Pattern[] {
  const all = Object.entries(roomsOf('en')).flatMap(([room, sentences]) =>
    Object.entries(sentences).map(([name, text]) => ({
      room,
      name,
      expression: expressionOf(text),
      given: text.replace(/\{\w+\}/g, '').length,
    })),
  )
  return all.sort((a, b) => b.given - a.given)
}

/** `Epoch {epoch} left none.` becomes `^Epoch (?<epoch>.+?) left none\.$`; a gap that comes again has the same value. */
function expressionOf(text: string): RegExp {
  const seen = new Set<string>()
  const source = text.split(/(\{\w+\})/).map((part) => {
    const gap = /^\{(\w+)\}$/.exec(part)?.[1]
    if (gap === undefined) return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    if (seen.has(gap)) return `\\k<${gap}>`
    seen.add(gap)
    return `(?<${gap}>.*?)`
  })
  return new RegExp(`^${source.join('')}$`, 's')
}
