import { app as electron } from 'electron'
import type { Settings } from '../../../shared/api/settings'
import { de } from './de'
import { en, type ShellTexts } from './en'

export type { ShellTexts }

/** In the language of the settings; `system` takes the machine's where it is one of ours, else English. */
export function textsIn(language: Settings['language']): ShellTexts {
  const wanted = language === 'system' ? electron.getLocale().slice(0, 2) : language
  return wanted === 'de' ? de : en
}

/** Puts values in the place of their names in braces. */
export const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all)
