import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { unzipSync } from 'fflate'
import sharp from 'sharp'
import { noisyPicture } from '../support/noisyPicture'
import { expect, type HostName, type Hourglass, test } from './support/hourglassTest'

const size = { width: 160, height: 130 }
const plain = () => sharp({ create: { ...size, channels: 3, background: '#7090b0' } }).png()

/** Noisy pictures, and one without noise at the end. */
async function makePhotos(app: Hourglass, count: number): Promise<void> {
  const folder = join(app.files, 'photos')
  await mkdir(folder, { recursive: true })
  for (let i = 0; i < count - 1; i++)
    await noisyPicture({ ...size, seed: i })
      .png()
      .toFile(join(folder, `photo-${String(i).padStart(2, '0')}.png`))
  await plain().toFile(join(folder, 'plain.png'))
}

async function openDenoise(app: Hourglass): Promise<void> {
  await app.page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await app.chooseFolder('Add folder…', 'photos')
  await expect(film(app.page).getByRole('option').first()).toBeVisible()
}

/** A new folder `results` for the results, which the served app makes in its picker. */
async function chooseResults(app: Hourglass, host: HostName): Promise<void> {
  if (host !== 'served') {
    await mkdir(join(app.files, 'results'))
    return app.chooseFolder('Choose another folder…', 'results')
  }
  await app.page.getByRole('button', { name: 'Choose another folder…' }).click()
  const picker = app.page.getByRole('dialog', { name: 'Choose a folder' })
  await picker.getByRole('textbox', { name: 'Name of a new folder' }).fill('results')
  await picker.getByRole('button', { name: 'Make folder' }).click()
  await picker.getByRole('button', { name: 'Choose “results”' }).click()
}

const film = (page: Page) => page.getByRole('listbox', { name: /^Pictures on the list/ })
const save = (page: Page) => page.getByRole('region', { name: 'Save', exact: true })

/** Whether any two of the parts of the screen lie over each other, or one is cut off. */
async function overlaps(page: Page): Promise<string[]> {
  const parts = ['.toolbar', '.pane', '.film', '.settings', '.saving']
  return page.evaluate((selectors) => {
    const boxes = selectors.map((one) => ({ one, box: document.querySelector(one)!.getBoundingClientRect() }))
    return boxes.flatMap(({ one, box }, i) =>
      boxes
        .slice(i + 1)
        .filter(
          ({ box: other }) =>
            Math.min(box.right, other.right) - Math.max(box.left, other.left) > 1 &&
            Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 1,
        )
        .map(({ one: other }) => `${one} and ${other}`),
    )
  }, parts)
}

test(
  'the film is one stop of the tab key, and its pictures say how far they are',
  { tag: '@page' },
  async ({ app }) => {
    test.slow()
    const { page } = app
    await makePhotos(app, 6)
    await openDenoise(app)
    const option = (name: RegExp) => film(page).getByRole('option', { name })
    await expect(page.getByText('Picture 1 of 6')).toBeVisible()
    await option(/^photo-00/).focus()
    await page.keyboard.press('End')
    await expect(option(/^plain/)).toBeFocused()
    await expect(option(/^plain/)).toHaveAttribute('aria-posinset', '6')
    await page.keyboard.press('ArrowLeft')
    await expect(option(/^photo-04/)).toBeFocused()
    await page.keyboard.press('Delete')
    await expect(page.getByText('Picture 5 of 5')).toBeVisible()
    await expect(option(/^plain/)).toBeFocused()
    await page.keyboard.press('Home')
    await expect(option(/^photo-00/)).toBeFocused()
    expect(await film(page).locator('[tabindex="0"]').count()).toBe(1)
    // The next stop is beyond the film.
    await page.keyboard.press('Tab')
    await expect(film(page).locator(':focus')).toHaveCount(0)

    await page.getByRole('button', { name: 'Save all 5' }).click()
    await expect(save(page).getByText('4 saved, one had nothing to remove')).toBeVisible({ timeout: 120_000 })
    await expect(option(/^photo-00.*Saved/)).toBeVisible()
    await option(/^photo-00/).focus()
    await page.keyboard.press('End')
    await expect(option(/^plain.*Nothing to remove/)).toBeVisible()
    await expect(save(page).getByText(/no copy of plain\.png was written/)).toBeVisible()
    expect(await readdir(join(app.files, 'photos'))).not.toContain('plain-denoised.png')
  },
)

test('what saves covers nothing, at any width', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await makePhotos(app, 8)
  await openDenoise(app)
  // The last is a window of 1440 × 900 at 200 %.
  for (const [width, height] of [
    [1440, 900],
    [1280, 720],
    [900, 700],
    [420, 800],
    [720, 450],
  ] as const) {
    await page.setViewportSize({ width, height })
    expect({ width, found: await overlaps(page) }).toEqual({ width, found: [] })
    await expect(save(page).getByRole('button', { name: 'Save this picture' })).toBeVisible()
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await expect(save(page).getByRole('button', { name: 'Save this picture' })).toBeInViewport()
  await expect(page.getByRole('group', { name: /arrow keys move it/ })).toBeInViewport({ ratio: 0.99 })
})

test(
  'the folder for results stays chosen, and saving is seen on every screen',
  { tag: '@page' },
  async ({ app, host }) => {
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
    await page.getByRole('button', { name: /^Output/ }).click()
    await chooseResults(app, host)
    const where = save(page).getByText('Results go into the folder “results”.')
    await expect(where).toBeVisible()
    await page.getByRole('link', { name: 'Models', exact: true }).click()
    await page.getByRole('link', { name: 'Denoise', exact: true }).click()
    await expect(where).toBeVisible()
    await page.reload()
    await expect(where).toBeVisible()

    await page.getByRole('button', { name: 'Save all 3' }).click()
    await page.getByRole('link', { name: 'Models', exact: true }).click()
    const tray = page.getByRole('region', { name: 'Work under way' })
    await expect(tray.getByText(/^\d of 3$/)).toBeVisible()
    await tray.getByRole('button', { name: 'Stop saving' }).click()
    await expect(tray).toBeHidden({ timeout: 60_000 })
    await page.getByRole('link', { name: 'Denoise', exact: true }).click()
    await expect(film(page).getByRole('option')).toHaveCount(3)
    expect((await readdir(folder)).filter((name) => name.includes('denoised'))).toEqual([])
  },
)

test('pictures that were dropped in a browser are downloaded', { tag: '@page' }, async ({ app, host }) => {
  test.skip(host !== 'served', 'The desktop app sees the files themselves.')
  const { page } = app
  await makePhotos(app, 3)
  await page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Denoise' })).toBeVisible()
  for (const name of ['photo-00.png', 'photo-01.png', 'plain.png']) {
    const bytes = [...(await readFile(join(app.files, 'photos', name)))]
    await page.evaluate(
      async ({ name, bytes }) => {
        const clipboardData = new DataTransfer()
        clipboardData.items.add(new File([Uint8Array.from(bytes)], name, { type: 'image/png' }))
        window.dispatchEvent(new ClipboardEvent('paste', { clipboardData }))
      },
      { name, bytes },
    )
    await expect(page.getByRole('img', { name: new RegExp(`^${name}`) })).toBeVisible()
  }
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download all 3' }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toBe('pictures-denoised.zip')
  const files = unzipSync(new Uint8Array(await readFile(await download.path())))
  expect(Object.keys(files).sort()).toEqual([
    'photo-00-denoised.png',
    'photo-01-denoised.png',
    'plain-denoised.png',
  ])
  const again = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the 3 results again' }).click()
  expect((await again).suggestedFilename()).toBe('pictures-denoised.zip')
})

test('a denoiser for pictures like these learns from clean ones', { tag: '@page' }, async ({ app }) => {
  test.slow()
  const { page } = app
  await makePhotos(app, 3)
  const clean = join(app.files, 'clean')
  await mkdir(clean)
  for (const seed of [1, 2])
    await noisyPicture({ width: 300, height: 240, sigma: 0, seed })
      .png()
      .toFile(join(clean, `clean-${seed}.png`))
  await openDenoise(app)
  await page.getByRole('button', { name: 'Train one for pictures like these…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Train a denoiser for pictures like these' })
  await expect(dialog.getByText(/cannot yet learn from noisy pictures alone/)).toBeVisible()
  await expect(dialog.getByText(/noise of σ \d+ to 3\d/)).toBeVisible({ timeout: 60_000 })
  await expect(dialog.getByText('It will learn in colour.')).toBeVisible()
  await expect(dialog.getByRole('radio', { name: '10 minutes' })).toBeChecked()
  await dialog.getByRole('radio', { name: '1 minute' }).click()
  await dialog.getByRole('button', { name: 'Choose clean pictures…' }).click()
  const picker = page.getByRole('dialog', { name: 'Choose folders of images' })
  await picker.getByRole('checkbox', { name: 'clean' }).check()
  await picker.getByRole('button', { name: /^Choose/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Train' })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('button', { name: /^Denoiser/, pressed: true })).toBeVisible()
  expect(new URL(page.url()).hash).toMatch(/preset=denoise-conv&noise=gaussian:\d+-3\d&budget=1m/)
})
