import type { Page } from '@playwright/test'
import { expect, test } from './support/hourglassTest'
import { openRun } from './support/steps'

test.use({ begins: 'trained' })

const map = (page: Page) => page.getByRole('application')
const tab = (page: Page, name: string) => page.getByRole('radio', { name, exact: true })
const inspector = (page: Page) => page.getByRole('region', { name: 'Inspector' })
const drawn = (page: Page, projection: string) =>
  expect(page.getByText(projection, { exact: true })).toBeVisible()

async function openMap(page: Page): Promise<void> {
  await openRun(page, 'Once')
  await page.getByRole('button', { name: 'Explore all images' }).click()
  await drawn(page, 'UMAP (2D)')
  await expect(inspector(page)).toBeVisible()
}

/** Around the left half of the map. */
async function lasso(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Select with a lasso' }).click()
  const box = (await map(page).boundingBox())!
  const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const
  await page.mouse.move(...at(0.01, 0.01))
  await page.mouse.down()
  for (const place of [at(0.5, 0.01), at(0.5, 0.99), at(0.01, 0.99)])
    await page.mouse.move(...place, { steps: 4 })
  await page.mouse.up()
}

/** How many of the map's pixels have each brightness of a few: dimmed points are near the ground. */
const strongPixels = (page: Page) =>
  map(page)
    .locator('canvas')
    .first()
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      let strong = 0
      for (let i = 0; i < data.length; i += 4)
        if (
          Math.max(data[i]!, data[i + 1]!, data[i + 2]!) - Math.min(data[i]!, data[i + 1]!, data[i + 2]!) >
          90
        )
          strong++
      return strong
    })

test(
  'the first view is UMAP with images; until it is there, the caption says what is drawn',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await openRun(page, 'Once')
    await page.evaluate(() => {
      const said = ((window as unknown as { said: string[] }).said = [])
      new MutationObserver(() => {
        for (const line of document.querySelectorAll('.caption p[role=status]')) {
          const text = line.textContent.replace(/\s+/g, ' ').trim()
          if (said.at(-1) !== text) said.push(text as never)
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true })
    })
    await page.getByRole('button', { name: 'Explore all images' }).click()
    await drawn(page, 'UMAP (2D)')
    const said = await page.evaluate(() => (window as unknown as { said: string[] }).said)
    expect(said[0]).toBe('PCA (2D) is shown while UMAP (2D) is being computed.')
    expect(said.at(-1)).toMatch(/^UMAP \(2D\) Similar images lie side by side/)
    await expect(page.getByRole('button', { name: 'Show the images' })).toHaveAttribute(
      'aria-pressed',
      'true',
    )
  },
)

test('a selection shows itself: tab, dimmed points, Escape, undo', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await openMap(page)
  await page.getByRole('button', { name: 'Show the images' }).click()
  await expect.poll(() => strongPixels(page)).toBeGreaterThan(200)
  const before = await strongPixels(page)
  await expect(tab(page, 'Image')).toBeChecked()
  await lasso(page)
  await expect(tab(page, 'Selection')).toBeChecked()
  const told = page.getByRole('status').filter({ hasText: /images? selected$/ })
  await expect(told).toHaveText(/^\d+ images selected$/)
  const first = await told.textContent()
  await expect.poll(() => strongPixels(page)).toBeLessThan(0.9 * before)

  // One that replaces it is undone with the button, and with the keys.
  await page.getByRole('button', { name: 'Select all of “bars”' }).click()
  await expect(told).toHaveText('60 images selected')
  await inspector(page).getByRole('button', { name: 'Undo' }).click()
  await expect(told).toHaveText(first!)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('status').filter({ hasText: 'Nothing selected' })).toBeAttached()
  await expect.poll(() => strongPixels(page)).toBeGreaterThan(0.95 * before)
  await page.keyboard.press('Control+z')
  await expect(told).toHaveText(first!)

  // A field keeps its own Escape.
  await page.getByRole('textbox', { name: 'File name or label' }).press('Escape')
  await expect(told).toHaveText(first!)
  // Search and clusters show what they select as well.
  await tab(page, 'Clusters').click()
  await page.getByRole('button', { name: 'Find clusters' }).click()
  await inspector(page).getByRole('button', { name: 'Select', exact: true }).first().click()
  await expect(tab(page, 'Selection')).toBeChecked()
})

test('leaving the screen and coming back shows what was there', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await openMap(page)
  await tab(page, 'PCA').click()
  await drawn(page, 'PCA (2D)')
  await page.getByRole('button', { name: 'Select all of “bars”' }).click()
  await page.getByLabel('Colour by').selectOption({ label: 'Colour by brightness' })
  await page.getByRole('link', { name: 'Models', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Models' })).toBeVisible()
  await page.getByRole('link', { name: 'Latent space', exact: true }).click()
  await drawn(page, 'PCA (2D)')
  await expect(map(page)).toHaveAccessibleName(/, 60 selected/)
  await expect(tab(page, 'PCA')).toBeChecked()
  await expect(tab(page, 'Selection')).toBeChecked()
  await expect(page.getByLabel('Colour by')).toHaveValue('brightness')
  await page.keyboard.press('Control+z')
  await expect(map(page)).toHaveAccessibleName(/, 0 selected/)
})

test(
  'map and inspector are in sight together, and stacked where the window is narrow',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await openMap(page)
    for (const [width, height] of [
      [1440, 900],
      [1280, 860],
      [900, 800],
    ] as const) {
      await page.setViewportSize({ width, height })
      for (const part of [map(page), inspector(page)]) {
        await expect(part).toBeInViewport({ ratio: 1 })
        expect((await part.boundingBox())!.height).toBeGreaterThan(200)
      }
    }
    await page.setViewportSize({ width: 420, height: 800 })
    const [above, below] = [(await map(page).boundingBox())!, (await inspector(page).boundingBox())!]
    expect(below.y).toBeGreaterThan(above.y + above.height)
    const beyond = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(beyond).toBe(0)
  },
)

test(
  'an interpolation is large: moved along with a slider, and played',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await openMap(page)
    await tab(page, 'Draw').click()
    await page.getByRole('button', { name: /^Between images/ }).click()
    for (const [key, name] of [
      ['ArrowRight', 'As A'],
      ['ArrowLeft', 'As B'],
    ] as const) {
      await map(page).focus()
      await page.keyboard.press(key)
      await page.keyboard.press(key)
      await page.getByRole('button', { name }).click()
    }
    await expect(tab(page, 'Draw')).toBeChecked()
    const large = page.getByRole('img', { name: /^Image \d+ of 25 between the ends/ })
    await expect(large).toHaveAccessibleName('Image 1 of 25 between the ends')
    expect((await large.boundingBox())!.width).toBeGreaterThanOrEqual(200)
    const tiles = page.getByRole('group', { name: 'Between images' }).getByRole('button')
    for (const tile of await tiles.all()) {
      const box = (await tile.boundingBox())!
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(96)
    }
    const pixels = () => large.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
    const start = await pixels()
    await page.getByRole('slider', { name: 'Position between the images' }).press('End')
    await expect(large).toHaveAccessibleName('Image 25 of 25 between the ends')
    expect(await pixels()).not.toBe(start)
    // With reduced motion, as here, it goes from the start to the end in steps, and stops.
    await page.getByRole('button', { name: 'Play' }).click()
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
    await expect(large).toHaveAccessibleName(/^Image (5|9|13|17|21) of 25/)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    await page.getByRole('button', { name: 'Play' }).click()
    await expect(large).toHaveAccessibleName(/^Image (?!1 |5 |9 |13 |17 |21 |25 )\d+ of 25/)
    await page.getByRole('button', { name: 'Pause' }).click()
  },
)
