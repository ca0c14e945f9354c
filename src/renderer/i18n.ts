import { createI18n } from 'vue-i18n'
import { languageFor, texts } from '../shared/texts'

/** Texts of the page. English is complete; what another language lacks is shown in English. */
export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: texts,
})

/** Follows the setting; `system` takes the machine's language where it is one of ours. */
export function setLanguage(language: string): void {
  const locale = languageFor(language === 'system' ? navigator.language : language)
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
}
