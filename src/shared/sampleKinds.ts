import { type Preprocessing, preprocessingSchema } from './dataset'

/** What a sample can be made of: drawn by seeded code, or cut out of photographs that come with Hourglass. */
export const sampleKinds = ['letters', 'textures', 'faces', 'photographs'] as const
export type SampleKind = (typeof sampleKinds)[number]

interface SampleDefaults {
  /** How its dataset is called. */
  readonly name: string
  readonly count: number
  readonly preprocessing: Preprocessing
}

const square = (side: number, color: Preprocessing['color']) =>
  preprocessingSchema.parse({ width: side, height: side, color })

/** How many images there are, and how they are read, where nothing else was asked for. */
export const sampleDefaults: Readonly<Record<SampleKind, SampleDefaults>> = {
  letters: { name: 'Sample', count: 6000, preprocessing: square(28, 'grey') },
  textures: { name: 'Textures', count: 1600, preprocessing: square(64, 'grey') },
  faces: { name: 'Faces', count: 1600, preprocessing: square(64, 'rgb') },
  photographs: { name: 'Photographs', count: 800, preprocessing: square(64, 'rgb') },
}
