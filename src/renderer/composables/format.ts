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
  const { t, locale } = i18n.global
  const form = new Intl.PluralRules(locale.value, { type: 'ordinal' }).select(n)
  return t(`common.ordinal.${form}`, { n })
}

/** With so many significant digits: 0.00123, 12.3. */
export const formatFigure = (n: number, digits = 3): string =>
  n !== 0 && Math.abs(n) < 1e-4
    ? n.toExponential(digits - 1)
    : n.toLocaleString(locale(), { maximumSignificantDigits: digits })

/** With so many decimals: 0.80. */
export const formatFixed = (n: number, decimals: number): string =>
  n.toLocaleString(locale(), { minimumFractionDigits: decimals, maximumFractionDigits: decimals })

/** A PSNR with its unit, always with two decimals: 19.00 dB. */
export const formatPsnr = (psnr: number): string => `${formatDecibels(psnr)} dB`

/** The same where the unit stands elsewhere: 19.00. */
export const formatDecibels = (psnr: number): string => formatFixed(psnr, 2)

/** The PSNR of a mean squared error of pixels between 0 and 1. */
export const psnrOfError = (error: number): number => -10 * Math.log10(Math.max(1e-10, error))

/** A standard deviation of noise on the scale of 0 to 255, always with one decimal: 25.0; what is next to nothing is < 0.1. */
export const formatSigma = (sigma255: number): string =>
  sigma255 > 0 && sigma255 < 0.05 ? `< ${formatFixed(0.1, 1)}` : formatFixed(sigma255, 1)

/** Less than a second, 12 s, 3 min 20 s, 2 h 5 min: a time that people wait, never in fractions of a second. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return i18n.global.t('common.underASecond')
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 ? `${formatCount(hours)} h ${minutes % 60} min` : `${formatCount(hours)} h`
}

/** 850 ms, 1.2 s: a time that was measured, where parts of a second count. */
export const formatMeasured = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : ms < 10_000 ? `${formatFixed(ms / 1000, 1)} s` : formatDuration(ms)

/** 1.2 MB, in powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return `${(bytes / 1000 ** power).toLocaleString(locale(), { maximumSignificantDigits: 3 })} ${units[power]}`
}

/** Today 14:05, or 3 Nov 2026, 14:05. */
export const formatDate = (iso: string): string =>
  new Date(iso).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' })
