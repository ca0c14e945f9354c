import { formatDuration, formatFixed } from '../../composables/format'

export const formatSsim = (ssim: number): string => formatFixed(ssim, 3)

/** In whole seconds and at least one: 3 s, 2 min 5 s. */
export const formatTimeLeft = (ms: number): string => formatDuration(1000 * Math.max(1, Math.ceil(ms / 1000)))
