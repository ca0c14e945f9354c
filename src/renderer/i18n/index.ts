import { createI18n } from 'vue-i18n'
import { de } from './de'
import { en } from './en'

/** Texts of the page. English is complete; what another language lacks is shown in English. */
export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en, de },
})

/** Follows the setting; `system` takes the machine's language where it is one of ours. */
export function setLanguage(language: 'system' | 'en' | 'de'): void {
  const wanted = language === 'system' ? navigator.language.slice(0, 2) : language
  const locale = wanted === 'de' ? 'de' : 'en'
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
}
