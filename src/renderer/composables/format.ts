import { i18n } from '../i18n'

/** The machine's own way to write figures and dates, where it is of the page's language. */
function locale(): string {
  const language = i18n.global.locale.value
  return navigator.language.startsWith(language) ? navigator.language : language
}

/** 12,345 or 12.345. */
export const formatCount = (n: number): string => n.toLocaleString(locale())

/** 1st, 2nd, 3rd, 4th; in German 1., 2., 3., 4. */
export function formatOrdinal(n: number): string {
  if (i18n.global.locale.value === 'de') return `${n}.`
  const endings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' }
  return `${n}${endings[new Intl.PluralRules('en', { type: 'ordinal' }).select(n)] ?? 'th'}`
}

/** With so many significant digits: 0.00123, 12.3. */
export const formatFigure = (n: number, digits = 3): string =>
  n !== 0 && Math.abs(n) < 1e-4
    ? n.toExponential(digits - 1)
    : n.toLocaleString(locale(), { maximumSignificantDigits: digits })

/** With so many decimals: 0.80. */
export const formatFixed = (n: number, decimals: number): string =>
  n.toLocaleString(locale(), { minimumFractionDigits: decimals, maximumFractionDigits: decimals })

/** 850 ms, 12 s, 3 min 20 s, 2 h 5 min. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60)
    return ms < 10_000
      ? `${(ms / 1000).toLocaleString(locale(), { maximumFractionDigits: 1 })} s`
      : `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** 1.2 MB, in powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return `${(bytes / 1000 ** power).toLocaleString(locale(), { maximumSignificantDigits: 3 })} ${units[power]}`
}

/** Today 14:05, or 3 Nov 2026, 14:05. */
export const formatDate = (iso: string): string =>
  new Date(iso).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' })
