import type { SampleKind } from '../../../shared/sampleKinds'
import { openFacePainter } from './sampleFaces'
import { openLetterPainter } from './sampleLetters'
import { openPhotographPainter } from './samplePhotographs'
import { openTexturePainter } from './sampleTextures'

/** Makes the images of one kind of sample. */
export interface SamplePainter {
  readonly extension: 'png' | 'jpg'
  /** Images that are best made together. */
  readonly together: number
  /** Of the i-th image: the name of its folder. */
  labelOf(i: number): string
  /** The files of these images. Each depends on the seed and its own number only. */
  paint(numbers: readonly number[], seed: number): Promise<Buffer[]>
}

/** Loads what the kind needs, such as fonts. A new kind is one more line here and in `sampleKinds`. */
const painters: Readonly<Record<SampleKind, () => Promise<SamplePainter>>> = {
  letters: openLetterPainter,
  textures: openTexturePainter,
  faces: openFacePainter,
  photographs: openPhotographPainter,
}

export const openPainter = (kind: SampleKind): Promise<SamplePainter> => painters[kind]()
