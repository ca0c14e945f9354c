import { join } from 'node:path'
import { makeImages } from './support/images'
import { expect, test } from './support/hourglassTest'
import { expectDone, importChosen, openRun, readSmallAndGrey, startTraining } from './support/steps'

test('from a folder of images to a model that is tried', async ({ app }) => {
  const { page } = app
  await makeImages(join(app.files, 'shapes'))

  await app.chooseFolder('Open folder…', 'shapes')
  await expect(page.getByRole('heading', { name: 'New dataset' })).toBeVisible()
  await expect(page.getByText('240 images found.')).toBeVisible()
  await readSmallAndGrey(page)
  await page.getByRole('button', { name: 'Import only' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'shapes' })).toBeVisible()
  await expect(page.getByRole('grid', { name: '240 images' })).toBeVisible()
  await expect(page.getByRole('button', { name: /^discs\s*120$/ })).toBeVisible()

  await startTraining(page, { epochs: 5000, name: 'First' })
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await expect(page.getByRole('main').getByText('Paused', { exact: true })).toBeVisible()

  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'First' })).toBeVisible()
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible()
  await expect(page.getByRole('img', { name: /reconstructed after epoch/ }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(page.getByRole('main').getByText('Stopped', { exact: true })).toBeVisible()

  const slider = page.getByRole('slider', { name: 'Epoch' })
  await slider.focus()
  await page.keyboard.press('Home')
  await expect(
    page.getByRole('img', { name: 'Image 1, reconstructed after epoch 1', exact: true }),
  ).toBeVisible()
  const map = page.getByRole('img', { name: /^Map of the codes/ })
  await map.scrollIntoViewIfNeeded()
  await expect(map).toHaveAccessibleName(/^Map of the codes of \d+ images after epoch 1,/)

  await page.getByRole('link', { name: 'Datasets' }).click()
  await page.getByRole('link', { name: /shapes/ }).click()
  await startTraining(page, { epochs: 3, name: 'Second' })
  await expectDone(page)

  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('checkbox', { name: 'Choose First' }).check()
  await page.getByRole('checkbox', { name: 'Choose Second' }).check()
  await page.getByRole('button', { name: 'Compare' }).click()
  await expect(page.getByRole('img', { name: /^PSNR of these runs/ })).toBeVisible()
  await expect(page.getByRole('row', { name: /^Epochs \(differs\) 5,000 3$/ })).toBeVisible()

  await openRun(page, 'Second')
  await page.getByRole('button', { name: 'Try the model' }).click()
  const number = page.getByRole('slider', { name: 'Code 1', exact: true })
  await expect(number).toBeVisible()
  const before = await decodedPixels(page)
  await number.focus()
  // The image that happens to be tried may have the largest value of all: to the end that is further away.
  const [low, high, own] = await number.evaluate((bar) =>
    ['min', 'max', 'now'].map((name) => Number(bar.getAttribute(`aria-value${name}`))),
  )
  await page.keyboard.press(own! - low! > high! - own! ? 'Home' : 'End')
  await expect(page.getByText('Decoded from your code')).toBeVisible()
  await expect.poll(() => decodedPixels(page)).not.toBe(before)
  await page.getByRole('button', { name: 'Back to the image’s own code' }).click()
  await expect.poll(() => decodedPixels(page)).toBe(before)
})

test(
  'goes on while the page is away, and shows where it is when it comes back',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await makeImages(join(app.files, 'shapes'), 60)
    await app.chooseFolder('Open folder…', 'shapes')
    await importChosen(page)
    await startTraining(page, { epochs: 100_000, name: 'Long' })
    const address = page.url()
    const shown = async () =>
      Number(
        /Epoch ([\d,]+) of/
          .exec((await page.getByRole('main').textContent()) ?? '')?.[1]
          ?.replaceAll(',', ''),
      )
    await expect.poll(shown).toBeGreaterThan(3)
    const before = await shown()
    await page.goto('about:blank')
    await app.show(address)
    await expect.poll(shown).toBeGreaterThan(before)
    // From any screen, by the buttons beside what trains.
    await page.getByRole('link', { name: 'Settings', exact: true }).click()
    await page.getByRole('button', { name: 'Stop training' }).click()
    await expect(page.getByRole('region', { name: 'Training under way' })).toHaveCount(0)
    await page.goBack()
    await expect(page.getByRole('main').getByText('Stopped', { exact: true })).toBeVisible()
    // From the first epoch on: it is put there, and playing leaves it.
    const first = page.getByRole('img', { name: 'Image 1, reconstructed after epoch 1', exact: true })
    await page.getByRole('slider', { name: 'Epoch' }).focus()
    await page.keyboard.press('Home')
    await expect(first).toBeVisible()
    await page.getByRole('button', { name: 'Play from the first epoch' }).click()
    await expect(first).toBeHidden()
  },
)

async function decodedPixels(page: import('@playwright/test').Page): Promise<string> {
  return page
    .getByRole('img', { name: 'The image that the code stands for' })
    .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
}
