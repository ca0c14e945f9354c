import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { root } from '../../support/requirements'
import { expect, type Hourglass, test } from '../support/hourglassTest'
import { take } from './take'

test('pairs', ({ app }) => pairs(app))

/** Photographs of resources/sample, and the same as if they had faded. */
async function pairs({ page, files, chooseFolder }: Hourglass): Promise<void> {
  const sample = join(root, 'resources', 'sample', 'photographs')
  const [clean, faded] = [join(files, 'originals'), join(files, 'faded')]
  for (const folder of [clean, faded]) await mkdir(folder, { recursive: true })
  for (const kind of ['animals', 'landscapes', 'plants'])
    for (const name of (await readdir(join(sample, kind))).slice(0, 8)) {
      const picture = sharp(join(sample, kind, name))
      const file = name.replace(/\.\w+$/, () => '.png')
      await picture.clone().toFile(join(clean, file))
      await picture
        .modulate({ saturation: 0.45 })
        .linear([0.5, 0.5, 0.5], [95, 82, 55])
        .blur(0.8)
        .toFile(join(faded, file))
    }
  await page.getByRole('link', { name: 'Datasets', exact: true }).click()
  await chooseFolder('Open folder…', 'faded')
  await chooseFolder('These are damaged: choose the clean ones…', 'originals')
  const found = page.getByRole('region', { name: 'Pairs of pictures' })
  await expect(found).toContainText('22 pairs.')
  await expect(found.getByRole('img')).toHaveCount(16)
  await take(page, 'pairs')
}
