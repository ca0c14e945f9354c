import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { syntheticPhotograph } from '../support/syntheticPhotograph'
import { expect, test } from './support/hourglassTest'

test('damage is proposed, painted over, and saved restored', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  const folder = join(app.files, 'old')
  await mkdir(folder, { recursive: true })
  const { data, width, height } = syntheticPhotograph(5, 3, 128)
  const raw = { raw: { width, height, channels: 3 as const } }
  await sharp(data, raw).jpeg({ quality: 12 }).toFile(join(folder, 'blocks.jpg'))
  await page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await app.chooseFolder('Add folder…', 'old')

  await page.getByRole('button', { name: 'Take out JPEG artefacts' }).click()
  const kind = page.getByLabel('What is wrong with it')
  await expect(kind).toHaveValue('jpeg')
  await expect(page.getByText('It has the blocks of a JPEG of quality 12.')).toBeVisible()

  await kind.selectOption('holes')
  const brush = page.getByRole('application', { name: /^Brush over blocks.jpg/ })
  await brush.focus()
  await page.keyboard.down(' ')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.up(' ')
  await expect(brush.getByRole('status')).toContainText('filled')
  const bar = page.getByRole('region', { name: 'Brush: what is to be filled' })
  await bar.getByRole('button', { name: 'Undo the last stroke' }).click()
  await expect(bar.getByRole('button', { name: 'Undo the last stroke' })).toBeDisabled()
  await bar.getByRole('button', { name: 'Paint it again' }).click()
  await expect(bar.getByRole('button', { name: 'Undo the last stroke' })).toBeEnabled()

  await kind.selectOption('enlarge')
  await expect(brush).toBeHidden()
  await page.getByRole('button', { name: 'Save this picture' }).click()
  await expect(page.getByText('Saved as blocks-restored.jpg.')).toBeVisible()
  const saved = await sharp(join(folder, 'blocks-restored.jpg')).metadata()
  expect([saved.width, saved.height]).toEqual([2 * width, 2 * height])
})
