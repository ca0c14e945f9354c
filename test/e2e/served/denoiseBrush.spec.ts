import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { noisyPicture } from '../../support/noisyPicture'
import { expect, type Hourglass, test } from '../support/hourglassTest'

const size = { width: 240, height: 160 }

async function openPhotos(app: Hourglass): Promise<void> {
  const folder = join(app.files, 'photos')
  await mkdir(folder, { recursive: true })
  for (let i = 0; i < 2; i++)
    await noisyPicture({ ...size, seed: i })
      .png()
      .toFile(join(folder, `photo-${i}.png`))
  await app.page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await app.chooseFolder('Add folder…', 'photos')
  await expect(viewer(app.page)).not.toHaveAttribute('aria-busy', 'true')
}

const viewer = (page: Page) => page.getByRole('group', { name: /arrow keys move it/ })
const layer = (page: Page) => page.getByRole('application', { name: /^Brush over photo-/ })
const bar = (page: Page) => page.getByRole('region', { name: 'Brush: more or less in places' })
const frame = (page: Page, name: string) => page.getByRole('option', { name: new RegExp(`^${name}`) })

/** How far a saved picture is from its original, a place in parts of its size. */
async function change(app: Hourglass, x: number, y: number): Promise<number> {
  const part = {
    left: Math.round(x * size.width) - 4,
    top: Math.round(y * size.height) - 4,
    width: 8,
    height: 8,
  }
  const read = (name: string) =>
    sharp(join(app.files, 'photos', name))
      .extract(part)
      .raw()
      .toBuffer()
  const [before, after] = [await read('photo-0.png'), await read('photo-0-denoised.png')]
  return before.reduce((sum, value, i) => sum + Math.abs(value - after[i]!), 0) / before.length
}

test('noise stays where it is painted away with the mouse, on the screen and in the file', async ({
  app,
}) => {
  const { page } = app
  await openPhotos(app)
  await page.getByRole('radio', { name: 'After', exact: true }).click()
  await page.getByRole('button', { name: 'Brush: more or less in places' }).click()
  const box = (await layer(page).boundingBox())!
  await page.mouse.move(box.x + box.width / 2 - 40, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2 + 10, box.y + box.height / 2, { steps: 4 })
  await page.mouse.up()
  await expect(frame(page, 'photo-0.png.*painted by hand')).toBeVisible()

  // It is kept with the picture.
  await page.getByRole('link', { name: 'Models', exact: true }).click()
  await page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await expect(bar(page).getByRole('button', { name: 'Take away all that is painted' })).toBeEnabled()
  await page.getByRole('button', { name: 'Save this picture' }).click()
  await expect(page.getByText('Saved as photo-0-denoised.png.')).toBeVisible()
  expect(await change(app, 0.5, 0.5)).toBe(0)
  expect(await change(app, 0.1, 0.1)).toBeGreaterThan(5)
})

test('the brush and the settings of one picture go by keys alone', async ({ app }) => {
  const { page } = app
  await openPhotos(app)
  await viewer(page).focus()
  await page.keyboard.press('b')
  await expect(layer(page)).toBeFocused()
  await page.keyboard.press(']')
  await expect(layer(page).getByText('The brush is 100 pixels wide.')).toBeAttached()
  await page.keyboard.down(' ')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.up(' ')
  await expect(layer(page).getByText(/from the top: 0 % of the strength$/)).toBeAttached()
  await expect(frame(page, 'photo-0.png.*painted by hand')).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(frame(page, 'photo-0.png.*painted by hand')).toHaveCount(0)
  await page.keyboard.press('Control+Shift+z')
  await expect(frame(page, 'photo-0.png.*painted by hand')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(viewer(page)).toBeFocused()

  await page.getByRole('switch', { name: 'For all pictures' }).press(' ')
  await page.getByRole('switch', { name: 'Keep the grain: colour noise only' }).press(' ')
  const detail = page.getByRole('slider', { name: 'Fine detail kept' })
  await expect(detail).toHaveAttribute('aria-valuenow', '1')
  await expect(frame(page, 'photo-0.png.*own settings')).toBeVisible()
  await viewer(page).focus()
  await page.keyboard.press('Control+c')
  await frame(page, 'photo-0.png').focus()
  await page.keyboard.press('ArrowRight')
  await expect(detail).toHaveAttribute('aria-valuenow', '0')
  await page.keyboard.press('Control+v')
  await expect(frame(page, 'photo-1.png.*own settings')).toBeVisible()
  await expect(detail).toHaveAttribute('aria-valuenow', '1')
  await page.keyboard.press('Control+z')
  await expect(detail).toHaveAttribute('aria-valuenow', '0')
})
