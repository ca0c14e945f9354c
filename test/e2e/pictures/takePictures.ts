import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { hourglass } from '../support/commandLine'
import { expect, type Hourglass, test } from '../support/hourglassTest'
import { noisyPhotograph } from './noisyPhotograph'
import { take } from './take'

/** Photographs of resources/sample, whose authors PHOTOGRAPHS.md names there. The one with the lowest number is shown large. */
const photographs = [
  'animals/000035',
  'landscapes/000003',
  'plants/000014',
  'animals/000037',
  'things/000029',
]
const dataset = 'Photographs'

test('denoise', ({ app }) => denoise(app))
test('latent', ({ app }) => latent(app.page))
test('train, run, model, compare', async ({ app: { page } }) => {
  await train(page)
  await run(page)
  await model(page)
  await compare(page)
})

test('odd ones', ({ app }) => oddOnes(app))
test('experiment', ({ app: { page } }) => experiment(page))

async function denoise(app: Hourglass): Promise<void> {
  const { page } = app
  const folder = join(app.files, 'holiday')
  await mkdir(folder, { recursive: true })
  for (const [seed, name] of photographs.entries())
    await (await noisyPhotograph(name, seed)).toFile(join(folder, `${name.split('/')[1]}.png`))
  await page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await app.chooseFolder('Add folder…', 'holiday')
  const viewer = page.getByRole('group', { name: /arrow keys move it/ })
  await expect(viewer).toBeVisible()
  await expect(viewer).not.toHaveAttribute('aria-busy', 'true', { timeout: 120_000 })
  await expect(page.getByRole('list', { name: /^Estimated noise/ })).toBeVisible()
  await take(page, 'denoise')
}

/** The letters and the model that come with Hourglass. */
async function latent(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open it' }).click()
  await expect(page.getByText('UMAP (2D)', { exact: true })).toBeVisible({ timeout: 120_000 })
  await expect(page.getByRole('progressbar', { name: /^Computing/ })).toHaveCount(0)
  await page.getByRole('application').focus()
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('list', { name: 'Nearest images' }).getByRole('button')).toHaveCount(24)
  await take(page, 'latent')
}

async function train(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try a sample…' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Photographs/ })
    .click()
  await expect(page.getByText(/^800 images/)).toBeVisible({ timeout: 120_000 })
  await page.getByRole('button', { name: 'Train on this' }).click()
  const start = page.getByRole('button', { name: 'Start training' })
  await expect(start).toBeEnabled()
  await expect(page.getByText(/numbers per image, about/)).toBeVisible()
  await take(page, 'train')
  await start.click()
}

async function run(page: Page): Promise<void> {
  await done(page)
  await expect(page.getByRole('region', { name: 'Result' })).toBeVisible()
  await take(page, 'run')
}

async function model(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try the model' }).click()
  await expect(page.getByRole('img', { name: 'The image that the code stands for' })).toBeVisible()
  await take(page, 'model')
  await page.goBack()
}

async function compare(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Repeat with changes…' }).click()
  await page
    .getByRole('radiogroup', { name: /^How the decoder/ })
    .getByRole('radio', { name: 'Untied' })
    .click()
  await page.getByRole('button', { name: 'Start training' }).click()
  await expect(
    page.getByRole('heading', { level: 1, name: new RegExp(`^${dataset}.* untied$`) }),
  ).toBeVisible()
  await done(page)
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  for (const choice of await page.getByRole('checkbox', { name: /^Choose/ }).all()) await choice.check()
  await page.getByRole('button', { name: 'Compare' }).click()
  await expect(page.getByRole('img', { name: /^PSNR of these runs/ })).toBeVisible()
  await take(page, 'compare')
}

/** Tiles of the sample with defects, compared with good ones. */
async function oddOnes(app: Hourglass): Promise<void> {
  const { page, home, files } = app
  const surfaces = join(files, 'surfaces')
  const make = ['sample', '--kind', 'defects', '--out', surfaces]
  for (const args of [make, ...['train', 'test'].map((part) => importOf(join(surfaces, 'tiles', part)))])
    expect(await once(hourglass(home, ...args), 'close')).toEqual([0, null])
  await page.reload()
  await page.getByRole('link', { name: 'Odd ones', exact: true }).click()
  await page.getByRole('radio', { name: 'What is not as normal' }).click()
  await page.getByRole('combobox', { name: 'What is normal' }).selectOption('dataset:train')
  await page.getByRole('combobox', { name: 'Images to look through' }).selectOption('test')
  await page.getByRole('button', { name: 'Find the odd ones' }).click()
  const list = page.getByRole('list', { name: '100 images, worst first' })
  await expect(list.getByRole('img').nth(5)).toBeVisible({ timeout: 20 * 60_000 })
  await expect(page.getByText('AUROC').first()).toBeVisible()
  // Each as it is, as the network draws it, and with its heat: three beside each other.
  const widths = () =>
    list.locator('canvas').evaluateAll((all: HTMLCanvasElement[]) => all.map((one) => one.width / one.height))
  await expect.poll(async () => Math.min(...(await widths())), { timeout: 120_000 }).toBeGreaterThan(2.9)
  await take(page, 'odd')
}

const importOf = (folder: string) => ['import', folder, '--size', '128', '--color', 'rgb']

/** Tied and untied on letters, with three seeds. */
async function experiment(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try a sample…' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Digits/ })
    .click()
  await expect(page.getByText(/^6,000 images/)).toBeVisible({ timeout: 120_000 })
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Experiment…' }).click()
  await page.getByRole('combobox', { name: 'Network' }).selectOption('tied-784-32')
  await page.getByRole('spinbutton', { name: 'Minutes for all runs together' }).fill('2')
  await page.getByRole('button', { name: 'Start the experiment' }).click()
  await expect(page.getByText(/images tying saves \d+ % of the parameters/)).toBeVisible({
    timeout: 20 * 60_000,
  })
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(4)
  await expect(page.getByRole('progressbar')).toHaveCount(0, { timeout: 20 * 60_000 })
  await take(page, 'experiment')
}

const done = (page: Page) =>
  expect(page.getByRole('main').getByText(/^Done(, .*)?$/)).toBeVisible({ timeout: 10 * 60_000 })
