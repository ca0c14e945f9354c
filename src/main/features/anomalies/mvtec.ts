import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve, sep } from 'node:path'
import type { InputShape } from '../../../shared/modelSpec'
import { preprocessingSchema } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { decodeImage } from '../pictures/decodeImage'
import { prepareImage } from '../pictures/prepareImage'

/** One category of MVTec AD: train/good, test/<defect>, ground_truth/<defect>. */
export interface MvtecLayout {
  readonly train: string
  readonly test: string
}

/** Null for any other folder. @throws ExpectedError for a folder of several categories */
export async function mvtecLayout(folder: string): Promise<MvtecLayout | null> {
  const root = resolve(folder)
  if (isCategory(root)) return { train: join(root, 'train'), test: join(root, 'test') }
  const names = await readdir(root).catch((): string[] => [])
  const categories = names.filter((name) => isCategory(join(root, name)))
  if (categories.length > 0)
    throw new ExpectedError(
      'bad-input',
      sentence('anomalies.severalCategories', {
        folder,
        categories: categories.map((name) => join(folder, name)).join(', '),
      }),
    )
  return null
}

const isCategory = (root: string) => existsSync(join(root, 'train', 'good')) && existsSync(join(root, 'test'))

const endings = ['_mask.png', '.png', '_mask.bmp', '.bmp', '_mask.tif', '_mask.tiff']

/**
 * The mask of an image, as MVTec AD has them: test/DEFECT/NAME.png has ground_truth/DEFECT/NAME_mask.png.
 * Null where there is none.
 */
export function maskOf(image: string): string | null {
  const parts = resolve(image).split(sep)
  const at = parts.lastIndexOf('test')
  if (at < 0) return null
  const truth = [...parts.slice(0, at), 'ground_truth', ...parts.slice(at + 1)].join(sep)
  const stem = join(dirname(truth), basename(truth, extname(truth)))
  return endings.map((ending) => stem + ending).find((path) => existsSync(path)) ?? null
}

/** Whether images of a folder have masks beside it. */
export async function hasMasks(target: string): Promise<boolean> {
  const parts = resolve(target).split(sep)
  const at = parts.lastIndexOf('test')
  if (at < 0) return false
  const truth = [...parts.slice(0, at), 'ground_truth'].join(sep)
  return stat(truth).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}

/** A mask in the size of the images: height × width, 1 where it is damaged. @throws where it cannot be read */
export async function readMask(path: string, { width, height }: InputShape): Promise<Uint8Array> {
  const preprocessing = preprocessingSchema.parse({ width, height, color: 'grey' })
  const { data } = await decodeImage(await prepareImage(path), preprocessing)
  return Uint8Array.from(data, (value) => (value > 127 ? 1 : 0))
}
