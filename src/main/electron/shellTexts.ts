import { app as electron } from 'electron'
import type { Settings } from '../../shared/api/settings'
import { languageFor, type Texts, textsIn } from '../../shared/texts'

/** What the desktop says in menus, dialogs and notifications. */
export type ShellTexts = Texts['desktop'] & { readonly job: Texts['shell']['job'] }

/** In the language of the settings; `system` takes the machine's where it is one of ours, else English. */
export function shellTextsIn(language: Settings['language']): ShellTexts {
  const { desktop, shell } = textsIn(languageFor(language === 'system' ? electron.getLocale() : language))
  return { ...desktop, job: shell.job }
}
