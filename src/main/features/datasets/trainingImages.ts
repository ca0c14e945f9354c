import { extname } from 'node:path'
import { rawExtensions } from '../../../shared/imageFiles'
import { type Found, findImages, type FindOptions, type FoundImage } from './findImages'

const raw = new Set(rawExtensions)
const endingOf = (path: string) => extname(path).slice(1).toLowerCase()
const stemOf = (path: string) => path.slice(0, path.length - extname(path).length)

/**
 * Images to learn from: where a camera has left a picture both as a raw file and in another format, the other one, which is
 * as the camera shows it, and read sooner.
 *
 * @throws ExpectedError as `findImages` does
 */
export async function findTrainingImages(sources: string[], options: FindOptions): Promise<Found> {
  const found = await findImages(sources, options)
  const isRaw = (image: FoundImage) => image.kind === 'file' && raw.has(endingOf(image.path))
  if (!found.images.some(isRaw)) return found
  const keyOf = ({ source, path }: FoundImage) => `${source} ${stemOf(path)}`
  const others = new Set(found.images.filter((image) => !isRaw(image)).map(keyOf))
  const twins = found.images.filter((image) => isRaw(image) && others.has(keyOf(image)))
  if (twins.length === 0) return found
  const gone = new Set(twins)
  const [first] = twins
  const reason =
    twins.length === 1
      ? 'The same picture is there in another format too, and that was taken.'
      : `The same pictures as these ${twins.length} raw files are there in another format too, and those were taken.`
  const path = twins.length === 1 ? first!.path : `*${extname(first!.path)}`
  return {
    ...found,
    images: found.images.filter((image) => !gone.has(image)),
    skipped: [...found.skipped, { path, reason }],
  }
}
