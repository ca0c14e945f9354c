import { describe, expect, it } from 'vitest'
import en from '../../src/shared/texts/en.json'
import { filled, languageFor, languages, texts, textsIn } from '../../src/shared/texts'

const keys = (of: object, path = ''): string[] =>
  Object.entries(of).flatMap(([key, value]) =>
    typeof value === 'string' ? `${path}${key}` : keys(value as object, `${path}${key}.`),
  )
const get = (of: object, path: string) =>
  String(path.split('.').reduce((at, key) => (at as Record<string, object>)[key]!, of))
const gaps = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()

describe.each(languages.filter((language) => language !== 'en'))('the texts in %s', (language) => {
  const translated = texts[language]!
  it('say everything that is said in English', () => expect(keys(translated).sort()).toEqual(keys(en).sort()))
  it('have as many plural forms and the same gaps', () => {
    for (const key of keys(en)) {
      const [english, other] = [get(en, key), get(translated, key)]
      expect([key, other.split(' | ').length]).toEqual([key, english.split(' | ').length])
      expect([key, ...new Set(gaps(other))]).toEqual([key, ...new Set(gaps(english))])
    }
  })
  it('have a name of their own', () => expect(translated.language).not.toBe(en.language))
})

it('are found by the language of the machine, English where there are none', () => {
  expect(languages.slice(0, 2)).toEqual(['en', 'de'])
  expect(['de-AT', 'de', 'en-GB', 'xx'].map(languageFor)).toEqual(['de', 'de', 'en', 'en'])
  expect(textsIn('xx')).toBe(texts.en)
})

it('take values in the place of their names', () => {
  expect(filled('{n} of {all}, {n}', { n: '$&', all: '3' })).toBe('$& of 3, $&')
  expect(filled('{other}', {})).toBe('{other}')
})
