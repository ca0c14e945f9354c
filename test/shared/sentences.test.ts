import { describe, expect, it } from 'vitest'
import { languages, textsIn } from '../../src/shared/texts'
import en from '../../src/shared/texts/en.json'
import { sentence, type SentenceKey } from '../../src/shared/texts/sentence'
import { translateSentence } from '../../src/shared/texts/translateSentence'

const keys = Object.entries(en.errors).flatMap(([room, texts]) =>
  Object.keys(texts).map((name) => `${room}.${name}` as SentenceKey),
)
const textOf = (language: string, key: string) => {
  const [room, name] = key.split('.')
  return (textsIn(language).errors as unknown as Record<string, Record<string, string>>)[room!]![name!]!
}

describe.each(languages.filter((language) => language !== 'en'))('sentences of errors in %s', (language) => {
  it('are found again with what stands in their gaps', () => {
    for (const key of keys) {
      const gaps = [...new Set([...textOf('en', key).matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))]
      const values = Object.fromEntries(gaps.map((name, i) => [name, `/a b/${name}.${i} (${i})`]))
      const expected = textOf(language, key).replace(/\{(\w+)\}/g, (_, name: string) => values[name]!)
      expect(translateSentence(sentence(key, values), language)).toBe(expected)
    }
  })
})

it('a sentence that no language has stays English, and English stays as it is', () => {
  expect(translateSentence('Something else.', 'de')).toBe('Something else.')
  expect(translateSentence(sentence('training.runTrainingAlready'), 'en')).toBe(
    'This run is training already.',
  )
  expect(translateSentence('This run is training already.', 'de')).toBe('Dieser Lauf trainiert bereits.')
})

it('a sentence in the gap of another one is translated too', () => {
  const inner = sentence('training.runTrainingAlready')
  expect(translateSentence(sentence('devices.tensorflowCouldNotSet', { last: inner }), 'de')).toBe(
    'TensorFlow konnte nicht eingerichtet werden. Dieser Lauf trainiert bereits.',
  )
})
