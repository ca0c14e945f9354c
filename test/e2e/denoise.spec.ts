import { readdir, readFile, writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { noisyPicture } from '../support/noisyPicture'
import { expect, type Hourglass, test } from './support/hourglassTest'

const size = { width: 420, height: 300 }

async function makePhotos(app: Hourglass, count = 2): Promise<string> {
  const folder = join(app.files, 'photos')
  await mkdir(folder, { recursive: true })
  for (let i = 0; i < count; i++)
    await noisyPicture({ ...size, seed: i })
      .png()
      .toFile(join(folder, `photo-${i}.png`))
  return folder
}

async function openDenoise(app: Hourglass): Promise<void> {
  await app.page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await app.chooseFolder('Add folder…', 'photos')
}

const viewer = (page: Page) => page.getByRole('group', { name: /arrow keys move it/ })

/** Until all that is seen is restored. */
async function restored(page: Page): Promise<void> {
  await expect(viewer(page)).toBeVisible()
  await expect(viewer(page)).not.toHaveAttribute('aria-busy', 'true')
}

/** How rough the middle of the canvas is: the mean step from one pixel to the next. */
async function roughness(page: Page): Promise<number> {
  return viewer(page)
    .locator('canvas')
    .first()
    .evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement
      const context = (canvas as HTMLCanvasElement).getContext('2d')!
      const [across, down] = [Math.floor(width / 8), Math.floor(height / 8)]
      const { data } = context.getImageData(3 * across, 3 * down, across, down)
      let sum = 0
      for (let i = 0; i + 4 < data.length; i += 4) sum += Math.abs(data[i]! - data[i + 4]!)
      return sum / (data.length / 4)
    })
}

const mode = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).click()

test('a noisy picture is seen clean, set, and saved', async ({ app, host }) => {
  const { page } = app
  const folder = await makePhotos(app)
  const original = await readFile(join(folder, 'photo-0.png'))
  await openDenoise(app)
  await restored(page)
  await expect(page.getByText('Very strong')).toBeVisible()
  await expect(page.getByRole('list', { name: /^Estimated noise/ }).getByRole('listitem')).toHaveCount(3)

  await mode(page, 'Before')
  const before = await roughness(page)
  await mode(page, 'After')
  await expect.poll(() => roughness(page)).toBeLessThan(0.5 * before)
  const after = await roughness(page)
  await viewer(page).focus()
  await page.keyboard.down(' ')
  await expect.poll(() => roughness(page)).toBeGreaterThan(0.9 * before)
  await page.keyboard.up(' ')
  await expect.poll(() => roughness(page)).toBeLessThan(0.5 * before)

  await page.getByRole('slider', { name: 'Strength' }).focus()
  await page.keyboard.press('Home')
  await expect.poll(() => roughness(page)).toBeGreaterThan(0.9 * before)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => roughness(page)).toBeCloseTo(after, 1)
  await page.keyboard.press('Control+Shift+Z')
  await expect.poll(() => roughness(page)).toBeGreaterThan(0.9 * before)
  await page.keyboard.press('Control+Z')

  await viewer(page).focus()
  await page.keyboard.press('1')
  await expect(page.getByRole('button', { name: /^100 %/ })).toBeVisible()
  for (let i = 0; i < 4; i++) await page.keyboard.press('+')
  await expect(page.getByRole('button', { name: /^244 %/ })).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('0')
  await mode(page, 'Slider')
  const split = page.getByRole('slider', { name: 'Where before ends and after begins' })
  await split.focus()
  await page.keyboard.press('ArrowRight')
  await expect(split).toHaveAttribute('aria-valuenow', '52')
  await mode(page, 'What is removed')
  await expect(page.getByRole('img', { name: 'What is taken out of photo-0.png' })).toBeVisible()

  await page.getByRole('button', { name: 'Save this picture' }).click()
  await expect(page.getByText('Saved as photo-0-denoised.png.')).toBeVisible()
  expect(await readFile(join(folder, 'photo-0.png'))).toEqual(original)
  const saved = await sharp(join(folder, 'photo-0-denoised.png')).metadata()
  expect([saved.width, saved.height]).toEqual([size.width, size.height])

  await page.getByRole('button', { name: 'Save before and after as one picture' }).click()
  await expect(page.getByText('Saved as photo-0-before-after.png.')).toBeVisible()
  if (host === 'served') {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy what is shown' }).click()
    await expect(page.getByText('Copied.')).toBeVisible()
    const kinds = await page.evaluate(async () =>
      (await navigator.clipboard.read()).map(({ types }) => types),
    )
    expect(kinds).toEqual([['image/png']])
  }
})

test('a folder is saved, and only once', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  const folder = await makePhotos(app, 3)
  await writeFile(join(folder, 'broken.png'), 'This is no picture.')
  await openDenoise(app)
  const list = page.getByRole('group', { name: 'Pictures' })
  await expect(list.getByText('It holds text, not an image')).toBeVisible()
  await page.getByRole('button', { name: 'Save all 3' }).click()
  await expect(list.getByText('Saved')).toHaveCount(3, { timeout: 30_000 })
  expect((await readdir(folder)).filter((name) => name.includes('-denoised'))).toHaveLength(3)

  await page.getByRole('button', { name: 'Save all 3' }).click()
  await expect(list.getByText('Done before')).toHaveCount(3)

  // The list is the app's: a window that opens anew shows it.
  await page.reload()
  await expect(list.getByText('Done before')).toHaveCount(3)
  await list.getByRole('option', { name: /^photo-1\.png/ }).click()
  await page.getByRole('button', { name: 'Take photo-1.png off the list' }).click()
  await expect(list.getByText('Done before')).toHaveCount(2)
  await page.getByRole('button', { name: 'Clear the list' }).click()
  await expect(page.getByRole('heading', { name: 'No pictures yet' })).toBeVisible()
})

test('saving is paused, goes on, and is stopped', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  const folder = join(app.files, 'photos')
  await mkdir(folder, { recursive: true })
  for (let i = 0; i < 3; i++)
    await noisyPicture({ width: 900, height: 720, seed: i })
      // So large that it takes a while on any machine.
      .resize(2700, 2160, { kernel: 'nearest' })
      .jpeg()
      .toFile(join(folder, `large-${i}.jpg`))
  await openDenoise(app)
  await page.getByRole('button', { name: 'Save all 3' }).click()
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await expect(page.getByText('Paused', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  // How soon is measured elsewhere; a machine that is busy takes its time over a picture of 6 megapixels.
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeHidden({ timeout: 60_000 })
  const names = await readdir(folder)
  expect(names.filter((name) => name.endsWith('.partial'))).toEqual([])
  expect(names.length).toBeLessThan(6)
})

test(
  'models are compared, settings kept, and results measured against a clean picture',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await makePhotos(app, 1)
    await noisyPicture({ ...size, sigma: 0 })
      .png()
      .toFile(join(app.files, 'clean.png'))
    await openDenoise(app)
    await restored(page)

    await page.getByRole('button', { name: 'Compare models…' }).click()
    const dialog = page.getByRole('dialog', { name: 'The same part through several models' })
    await expect(dialog.getByText(/for a megapixel/)).toHaveCount(2)
    await dialog.getByRole('button', { name: 'Use this one' }).first().click()
    await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('builtin:grey')

    await page.getByRole('switch', { name: 'Set how strong the noise is by hand' }).click()
    await page.getByRole('slider', { name: 'Noise in the picture' }).focus()
    await page.keyboard.press('Home')
    await page.getByRole('button', { name: 'Presets' }).click()
    await page.getByRole('menuitem', { name: 'Keep these settings as a preset…' }).click()
    await page.getByRole('textbox', { name: 'Name' }).last().fill('Untouched')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Back to how it began' }).click()
    await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('auto')
    await page.getByRole('button', { name: 'Presets' }).click()
    await page.getByRole('menuitem', { name: 'Untouched', exact: true }).click()
    await expect(page.getByRole('slider', { name: 'Noise in the picture' })).toHaveAttribute(
      'aria-valuenow',
      '0',
    )
    await page.getByRole('button', { name: 'Back to how it began' }).click()

    await page.getByRole('button', { name: 'Measure against a clean picture' }).click()
    await app.chooseFolder('Choose a clean picture…', 'clean.png')
    await restored(page)
    await expect(page.getByRole('row', { name: /^After/ })).toContainText(/3\d[.,]?\d* dB/)
    await page.getByRole('radio', { name: 'Error' }).click()
    await expect(page.getByRole('img', { name: /^Where the result differs/ })).toBeVisible()
  },
)

test('a picture is pasted, and goes to the browser or to a folder', async ({ app, host }) => {
  const { page } = app
  await makePhotos(app, 1)
  await page.getByRole('link', { name: 'Denoise', exact: true }).click()
  // Its screen is loaded when it is opened, and hears of pasting from then on.
  await expect(page.getByRole('heading', { level: 1, name: 'Denoise' })).toBeVisible()
  await page.evaluate(
    async (bytes) => {
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File([Uint8Array.from(bytes)], 'pasted.png', { type: 'image/png' }))
      window.dispatchEvent(new ClipboardEvent('paste', { clipboardData }))
    },
    [...(await readFile(join(app.files, 'photos', 'photo-0.png')))],
  )
  await expect(page.getByRole('img', { name: /^pasted.png/ })).toBeVisible()
  const save = page.getByRole('region', { name: 'Save', exact: true })
  if (host === 'served') {
    await expect(save.getByText('Results are downloaded by your browser.')).toBeVisible()
    const downloading = page.waitForEvent('download')
    await save.getByRole('button', { name: 'Download this picture' }).click()
    expect((await downloading).suggestedFilename()).toBe('pasted-denoised.png')
    await page.getByRole('button', { name: /^Output/ }).click()
    await page.getByRole('button', { name: 'Choose another folder…' }).click()
    const picker = page.getByRole('dialog', { name: 'Choose a folder' })
    await picker.getByRole('textbox', { name: 'Name of a new folder' }).fill('results')
    await picker.getByRole('button', { name: 'Make folder' }).click()
    await picker.getByRole('button', { name: 'Choose “results”' }).click()
  } else {
    // Nobody chooses one, so nothing is saved and nothing goes wrong.
    await save.getByRole('button', { name: 'Save this picture' }).click()
    await expect(save.getByText(/Choose a folder for the results/)).toBeVisible()
    await page.getByRole('button', { name: /^Output/ }).click()
    await mkdir(join(app.files, 'results'))
    await app.chooseFolder('Choose another folder…', 'results')
  }
  await expect(save.getByText('Results go into the folder “results”.')).toBeVisible()
  await save.getByRole('button', { name: 'Save this picture' }).click()
  // In a browser the same was said of the download before, so it is the folder that tells.
  await expect.poll(() => readdir(join(app.files, 'results'))).toEqual(['pasted-denoised.png'])
  await expect(save.getByText('Saved as pasted-denoised.png.')).toBeVisible()
})
