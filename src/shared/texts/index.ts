/// <reference types="vite/types/importMeta.d.ts" />
import en from './en.json' with { type: 'json' }

/**
 * The texts of the window, the desktop's menus and dialogs, and the pages of experiments, in one file a language. English
 * is the model of all others: a test compares keys, plural forms and `{gaps}`.
 */
export type Texts = typeof en

/** The code of a language, which is the name of its file: `en`, `de`. */
export type Language = string

/** Adding a language is adding its file: nothing else lists them. */
const files = import.meta.glob<Texts>('./*.json', { eager: true, import: 'default' })

export const texts: Readonly<Record<Language, Texts>> = Object.fromEntries(
  Object.entries(files).map(([path, content]) => [path.replace(/^\.\/|\.json$/g, ''), content]),
)

/** English first. */
export const languages: readonly [Language, ...Language[]] = [
  'en',
  ...Object.keys(texts)
    .filter((language) => language !== 'en')
    .sort(),
]

/** The first of these that there are texts for: `de-AT` finds `de`. English where there is none. */
export const languageFor = (wanted: string): Language =>
  [wanted, wanted.slice(0, 2)].find((language) => language in texts) ?? 'en'

export const textsIn = (language: Language): Texts => texts[language] ?? en

/** Puts values in the place of their names in braces. */
export const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all)
