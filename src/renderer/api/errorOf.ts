import { type ErrorMessage, fromErrorMessage } from '../../shared/errors'
import { translateSentence } from '../../shared/texts/translateSentence'
import { i18n } from '../i18n'

/** An error's sentence in the language of the page; English where it has none. */
export const inPageLanguage = (english: string): string =>
  translateSentence(english, i18n.global.locale.value)

/** The error that the app answered with. */
export const errorOf = (sent: ErrorMessage): Error =>
  fromErrorMessage({ ...sent, message: inPageLanguage(sent.message) })
