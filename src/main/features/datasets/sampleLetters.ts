import { drawGlyph, glyphSide, loadFaces, sampleLabels, softnessFilters } from './sampleGlyphs'
import type { SamplePainter } from './samplePainter'
import { drawingsASheet, drawSheet } from './sampleSheet'

/** Digits and capital letters, 28 × 28 grey, one folder a character. */
export async function openLetterPainter(): Promise<SamplePainter> {
  const faces = await loadFaces()
  const labelOf = (i: number) => sampleLabels[i % sampleLabels.length]!
  return {
    extension: 'png',
    together: drawingsASheet,
    labelOf,
    paint: (numbers, seed) =>
      drawSheet({
        drawings: numbers.map((i) => drawGlyph(faces, labelOf(i), seed, i)),
        side: glyphSide,
        channels: 1,
        definitions: softnessFilters,
      }),
  }
}
