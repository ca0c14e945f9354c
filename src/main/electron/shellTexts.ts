import { app as electron } from 'electron'
import type { Settings } from '../../shared/api/settings'
import { languageFor, type Texts, textsIn } from '../../shared/texts'

/** What the desktop says in menus, dialogs and notifications. */
export type ShellTexts = Texts['desktop']

/** In the language of the settings; `system` takes the machine's where it is one of ours, else English. */
export const shellTextsIn = (language: Settings['language']): ShellTexts =>
  textsIn(languageFor(language === 'system' ? electron.getLocale() : language)).desktop
