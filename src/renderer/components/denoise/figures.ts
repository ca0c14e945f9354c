import { formatDuration } from '../../composables/format'
import { i18n } from '../../i18n'

function withDecimals(n: number, decimals: number): string {
  const language = i18n.global.locale.value
  const locale = navigator.language.startsWith(language) ? navigator.language : language
  return n.toLocaleString(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

/** A standard deviation of noise on the 0-255 scale; what is next to nothing is < 0.1. */
export const formatSigma = (sigma255: number): string =>
  sigma255 > 0 && sigma255 < 0.05 ? `< ${withDecimals(0.1, 1)}` : withDecimals(sigma255, 1)

export const formatPsnr = (psnr: number): string => `${withDecimals(psnr, 2)} dB`

export const formatSsim = (ssim: number): string => withDecimals(ssim, 3)

/** A time that was measured: 0.5 s. */
export const formatSeconds = (ms: number): string => `${withDecimals(ms / 1000, 1)} s`

/** In whole seconds and at least one: 3 s, 2 min 5 s. */
export const formatTimeLeft = (ms: number): string => formatDuration(1000 * Math.max(1, Math.ceil(ms / 1000)))
