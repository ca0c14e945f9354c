import { execFileSync } from 'node:child_process'
import type { OddPicture } from './oddPicture'

type Tags = Record<string, unknown>

/** What exiftool finds in files, by group and name, figures as they are stored. */
export function tagsOfFiles(paths: readonly string[]): Tags[] {
  const options = ['-j', '-G1', '-n', '-a', '-u', ...paths]
  return JSON.parse(execFileSync('exiftool', options, { encoding: 'utf8', maxBuffer: 2 ** 28 })) as Tags[]
}

/** Of the file itself, and how its pixels lie in it. */
const ofTheFile =
  /^(System|SourceFile|ExifTool|Composite)|(Compression|Predictor|Strip|TileWidth|TileLength|RowsPer|Offsets?|ByteCounts|PlanarConfiguration|ExifByteOrder|FileType|FileTypeExtension|MIMEType|Interlace|Filter|SubfileType|YCbCr\w+|FillOrder)$/
/** Changed on purpose: less than 8 bits and palettes become 8 bits, and white at 0 becomes black at 0. */
const ofThePixels =
  /(BitsPerSample|PhotometricInterpretation|ColorMap|SamplesPerPixel|BitDepth|ColorType|Palette|SampleFormat|SignificantBits)$/

/** Of what comes out otherwise: copies of a page and frames are left out, and colours of print become those of a screen. */
function isLeftOut(tag: string, { name, truth }: OddPicture): boolean {
  if (/-copy-/.test(name) && /^(IFD|ICC)/.test(tag) && numberIn(tag) >= truth.pages) return true
  if (/-(cmyk|yCbCr|lab)-/.test(name) && /^(ICC|IFD\d:(InkSet|ExtraSamples))/.test(tag)) return true
  if (/^PNG:Animation/.test(tag)) return true
  // Less than 16 bits in a file of 16 are told by their largest value.
  return /-u1[024]-/.test(name) && tag.endsWith(':MaxSampleValue')
}

/** Which page a group of tags is of; profiles are counted from 1. */
function numberIn(tag: string): number {
  const [, kind, number = ''] = /^([A-Za-z_-]+?)(\d*):/.exec(tag) ?? []
  return kind === 'IFD' ? Number(number) : Number(number || 1) - 1
}

/** Tags of an original that its result has otherwise, or not at all, and those that it has beyond. */
export function changedTags(odd: OddPicture, before: Tags, after: Tags): string[] {
  const told = (tag: string) => !ofTheFile.test(tag) && !ofThePixels.test(tag) && !isLeftOut(tag, odd)
  const lost = Object.entries(before).flatMap(([tag, value]) =>
    told(tag) && JSON.stringify(after[tag]) !== JSON.stringify(value)
      ? [`${tag}: ${JSON.stringify(value)} became ${JSON.stringify(after[tag])}`]
      : [],
  )
  const added = Object.keys(after).filter((tag) => told(tag) && !(tag in before))
  return [...lost, ...added.map((tag) => `${tag} was added`)]
}
