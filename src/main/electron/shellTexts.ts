import { app as electron } from 'electron'
import type { Settings } from '../../shared/api/settings'
import { languageFor, type Texts, textsIn } from '../../shared/texts'
import { translateSentence } from '../../shared/texts/translateSentence'

/** What the desktop says in menus, dialogs and notifications. */
export type ShellTexts = Texts['desktop'] & {
  readonly job: Texts['shell']['job']
  /** An error's sentence in the same language. */
  readonly translated: (english: string) => string
}

/** In the language of the settings; `system` takes the machine's where it is one of ours, else English. */
export function shellTextsIn(language: Settings['language']): ShellTexts {
  const found = languageFor(language === 'system' ? electron.getLocale() : language)
  const { desktop, shell } = textsIn(found)
  return { ...desktop, job: shell.job, translated: (english) => translateSentence(english, found) }
}
