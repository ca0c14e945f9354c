import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { syntheticPhotograph } from '../support/syntheticPhotograph'
import { expect, test } from './support/hourglassTest'

/** Photographs, and the same under a veil; one of each has no partner. */
async function makePairs(files: string): Promise<void> {
  const [veiled, clean] = [join(files, 'veiled'), join(files, 'originals')]
  for (const folder of [veiled, clean]) await mkdir(folder, { recursive: true })
  for (let i = 0; i < 7; i++) {
    const { data, width, height } = syntheticPhotograph(i, 3, 64)
    const raw = { raw: { width, height, channels: 3 as const } }
    if (i < 6)
      await sharp(
        data.map((value) => Math.round(80 + value / 2)),
        raw,
      )
        .png()
        .toFile(join(veiled, `Photo ${i}.PNG`))
    await sharp(data, raw)
      .webp({ lossless: true })
      .toFile(join(clean, `photo ${i}.webp`))
  }
  await writeFile(join(veiled, 'notes.txt'), 'Scanned in spring.')
}

test('a second folder makes pairs, from which a restorer is learned', { tag: '@page' }, async ({ app }) => {
  test.slow()
  const { page } = app
  await makePairs(app.files)
  await page.getByRole('link', { name: 'Datasets', exact: true }).click()
  await app.chooseFolder('Open folder…', 'originals')
  await app.chooseFolder('These are damaged: choose the clean ones…', 'veiled')

  // Chosen the wrong way round, and put right.
  await page.getByRole('button', { name: 'Swap them' }).click()
  const pairs = page.getByRole('region', { name: 'Pairs of pictures' })
  await expect(pairs).toContainText('6 pairs. 2 are left out')
  await expect(pairs.getByRole('img', { name: 'Damaged: photo 0.webp' })).toBeVisible()
  await pairs.getByRole('button', { name: /^2 files left out/ }).click()
  await expect(pairs.getByRole('list', { name: 'Files left out' })).toContainText('photo 6.webp')
  const proposal = page.getByRole('region', { name: 'What will be trained' })
  await expect(proposal).toContainText(/6 pairs of colour pictures: .*patches of 64×64, about 1\sminute\./)

  await page.getByRole('textbox', { name: 'Name of the dataset' }).fill('scans')
  await page.getByRole('button', { name: 'Import only' }).click()
  await expect(page.getByText(/^6 pairs, 64 × 64, Colour/)).toBeVisible()
  await expect(page.getByRole('region', { name: 'Pairs of pictures' }).getByRole('img')).toHaveCount(12)

  await page.getByRole('button', { name: 'Train on this' }).click()
  await expect(page.getByLabel('Noise to learn to remove', { exact: true })).toHaveValue('pairs')
  await page.getByRole('radio', { name: 'Epochs' }).click()
  await page.getByRole('spinbutton', { name: 'Epochs', exact: true }).fill('30')
  await page.getByRole('textbox', { name: 'Name' }).fill('Veil')
  await page.getByRole('button', { name: 'Start training' }).click()
  await expect(page.getByRole('main').getByText(/^Done(, .*)?$/)).toBeVisible({ timeout: 150_000 })

  // It is offered for what it has learned, and does it.
  await page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await app.chooseFolder('Add folder…', 'veiled')
  const kind = page.getByLabel('What is wrong with it')
  await kind.selectOption('pairs')
  await expect(page.getByLabel('Model', { exact: true }).locator('option:checked')).toHaveText(/^Veil/)
  await page.getByRole('button', { name: 'Save this picture' }).click()
  await expect(page.getByText('Saved as Photo 0-restored.PNG.')).toBeVisible()
  const read = async (...names: string[]) =>
    sharp(join(app.files, ...names))
      .raw()
      .toBuffer()
  const [clean, veiled, restored] = [
    await read('originals', 'photo 0.webp'),
    await read('veiled', 'Photo 0.PNG'),
    await read('veiled', 'Photo 0-restored.PNG'),
  ]
  const error = (pixels: Buffer) => pixels.reduce((sum, value, i) => sum + (value - clean[i]!) ** 2, 0)
  expect(error(restored)).toBeLessThan(0.85 * error(veiled))
})
