/**
 * What a strength of noise is like, for people who know cameras. The figures are those of a full-frame camera of the last
 * ten years, unsharpened, at its own size; others differ by a stop or two.
 */
const words = [
  { below: 1, word: 'none', iso: null },
  { below: 2.5, word: 'faint', iso: 400 },
  { below: 5, word: 'little', iso: 1600 },
  { below: 10, word: 'clear', iso: 3200 },
  { below: 18, word: 'strong', iso: 6400 },
  { below: 32, word: 'veryStrong', iso: 12_800 },
  { below: Infinity, word: 'extreme', iso: 25_600 },
] as const

/** @param sigmas in each channel, on the 0-255 scale */
export function noiseWord(sigmas: readonly number[]): (typeof words)[number] {
  const mean = sigmas.reduce((sum, one) => sum + one, 0) / sigmas.length
  return words.find(({ below }) => mean < below)!
}
