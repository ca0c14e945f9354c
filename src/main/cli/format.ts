import type { ToldScale } from '../../shared/pictureRange'

/** "1,234", "12.3" or "0.0123": about three significant digits, and no fraction of large numbers. */
export function formatAmount(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return value.toLocaleString('en', { maximumSignificantDigits: 3 })
}

/** "1 image", "1,234 images" */
export const counted = (count: number, one: string): string =>
  `${formatAmount(count)} ${count === 1 ? one : `${one}s`}`

/** The verb behind what is counted. */
export const were = (count: number): string => (count === 1 ? 'was' : 'were')

/** "0.4 s", "12 s", "3 min 20 s", "2 h 05 min" */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${formatAmount(Math.round(ms / 100) / 10)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

const bases: Record<ToldScale['basis'], string> = {
  file: 'as its file says',
  type: 'all that its file can hold',
  bits: 'by the bits in use',
  values: 'by its values',
  given: 'as set',
}

/** "black at 0 and white at 4,095, by the bits in use" */
export const describeScale = ({ black, white, basis }: ToldScale): string =>
  `black at ${formatAmount(black)} and white at ${formatAmount(white)}, ${bases[basis]}`
