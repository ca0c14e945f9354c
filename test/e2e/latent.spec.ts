import { copyFile, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { makeImages } from './support/images'
import { expect, type Hourglass, test } from './support/hourglassTest'
import { importChosen, openRun, startTraining } from './support/steps'

const count = 120

test.use({ begins: 'trained' })

async function openMap(app: Hourglass): Promise<void> {
  const { page } = app
  await makeImages(join(app.files, 'shapes'), count)
  await openRun(page, 'Once')
  await page.getByRole('button', { name: 'Explore all images' }).click()
  await expect(map(page)).toBeVisible()
  await drawn(page, 'UMAP (2D)')
}

/** The caption names what is drawn, and nothing is on its way any more. */
async function drawn(page: Page, projection: string): Promise<void> {
  await expect(page.getByText(projection, { exact: true })).toBeVisible()
  await expect(page.getByRole('progressbar', { name: /^Computing/ })).toHaveCount(0)
}

const map = (page: Page) => page.getByRole('application')
const panel = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).click()
const selected = (page: Page, n: number) =>
  expect(map(page)).toHaveAccessibleName(new RegExp(`, ${n} selected`))

/** How many pixels of the map are not its ground. */
function painted(page: Page): Promise<number> {
  return map(page)
    .locator('canvas')
    .first()
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      const words = new Uint32Array(data.buffer)
      const ground = words[0]
      return words.filter((word) => word !== ground).length
    })
}

/** From place to place of the map: shares of its width and height. */
async function drag(page: Page, ...places: (readonly [number, number])[]): Promise<void> {
  await map(page).scrollIntoViewIfNeeded()
  const box = (await map(page).boundingBox())!
  const [first, ...others] = places.map(
    ([x, y]) => [box.x + 3 + x * (box.width - 6), box.y + 3 + y * (box.height - 6)] as const,
  )
  await page.mouse.move(...first!)
  await page.mouse.down()
  for (const place of others) await page.mouse.move(...place, { steps: 4 })
  await page.mouse.up()
}

test(
  'a map of a run: looked at, filtered, selected, and made into a dataset',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await openMap(app)
    await expect(page.getByText(/^120 images, codes of \d+ dimensions/)).toBeVisible()
    await expect.poll(() => painted(page)).toBeGreaterThan(500)
    const all = await painted(page)

    // The legend leaves out and brings back.
    await page.getByRole('button', { name: /^discs/ }).click()
    await expect.poll(() => painted(page)).toBeLessThan(0.8 * all)
    await page.getByRole('button', { name: /^discs/ }).click()
    await expect.poll(() => painted(page)).toBe(all)

    // With the mouse: everything in a rectangle, then some of it taken away with a lasso.
    await page.getByRole('button', { name: 'Select in a rectangle' }).click()
    await drag(page, [0, 0], [1, 1])
    await selected(page, count)
    await page.getByRole('button', { name: 'Select with a lasso' }).click()
    await panel(page, 'Take away')
    await drag(page, [0, 0], [0.5, 0], [0.5, 1], [0, 1])
    await expect(map(page)).not.toHaveAccessibleName(/, 120 selected/)

    // By label, inverted, as a grid with counts.
    await page.getByRole('button', { name: 'Select all of “bars”' }).click()
    await selected(page, 60)
    await expect(page.getByRole('strong').filter({ hasText: '60 images selected' })).toBeVisible()
    await page.getByRole('button', { name: 'Invert' }).click()
    await expect(page.getByRole('listitem').filter({ hasText: /^discs 60$/ })).toBeVisible()
    await expect(page.getByRole('list', { name: 'Selected images' }).getByRole('button')).toHaveCount(60)

    await page.getByRole('button', { name: 'Save the files…' }).click()
    await app.chooseFolder(page.getByRole('menuitem', { name: 'Write a list of them…' }), '.')
    await expect.poll(() => readdir(app.files)).toContain('selection.txt')
    const list = await readFile(join(app.files, 'selection.txt'), 'utf8')
    expect(list.trim().split('\n')).toHaveLength(60)

    await page.getByRole('button', { name: 'Make a dataset of these…' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Only discs')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Only discs' })).toBeVisible()
    await expect(
      page
        .getByRole('main')
        .getByText(/60 images/)
        .first(),
    ).toBeVisible()
  },
)

test(
  'from the keyboard alone: image to image, selected, drawn, and told',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await openMap(app)
    await map(page).focus()
    await page.keyboard.press('ArrowRight')
    const spoken = page.locator('[aria-live="polite"]').filter({ hasText: /reconstruction PSNR/ })
    await expect(spoken).toContainText(/(discs|bars)-\d+\.png/)
    const first = await spoken.textContent()
    await page.keyboard.press('ArrowLeft')
    await expect(spoken).not.toHaveText(first!)
    await expect(page.getByRole('list', { name: 'Nearest images' }).getByRole('button')).toHaveCount(24)
    await page.keyboard.press('Space')
    await selected(page, 1)
    await page.keyboard.press('a')
    await selected(page, count)
    await page.keyboard.press('Escape')
    await selected(page, 0)
    await page.keyboard.press('d')
    await expect(page.getByText(/because UMAP cannot be inverted/)).toBeVisible()
    await expect(page.getByRole('img', { name: /^Drawn by the model/ })).toBeVisible()
    await panel(page, 'PCA')
    await drawn(page, 'PCA (2D)')
    await map(page).focus()
    await page.keyboard.press('d')
    await expect(page.getByText(/^Read off the map exactly/)).toBeVisible()
  },
)

test('neighbours, clusters, search, and an image from outside', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await openMap(app)
  await page.getByRole('button', { name: 'UMAP settings' }).click()
  await page.getByRole('spinbutton', { name: 'Neighbours' }).fill('8')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Compute UMAP' }).click()
  await drawn(page, 'UMAP (2D)')
  await expect(page.getByRole('button', { name: 'Compute UMAP' })).toBeDisabled()
  await expect(page.getByText(/Trustworthiness 0\.\d\d (good|fair|poor)/)).toBeVisible()
  await expect(
    page.getByText(/PCA of the same codes reaches 0\.\d\d\. 1 is perfect, 0\.5 is chance\./),
  ).toBeVisible()

  await panel(page, 'Clusters')
  await page.getByRole('spinbutton', { name: 'Clusters' }).fill('3')
  await page.getByRole('button', { name: 'Find clusters' }).click()
  await expect(page.getByRole('list', { name: 'Most typical images of cluster 3' })).toBeVisible()
  await expect(page.getByText('Agreement with labels (ARI)')).toBeVisible()
  await page.getByRole('button', { name: 'How good is this code?' }).click()
  await page.getByRole('button', { name: 'Measure' }).click()
  await expect(page.getByText(/predict the right label for .* % of 120 images/)).toBeVisible()

  await page.getByRole('textbox', { name: 'File name or label' }).fill('discs-4.png')
  await page.getByRole('main').getByRole('button', { name: 'Find', exact: true }).click()
  await selected(page, 1)
  await page.getByRole('button', { name: 'discs/discs-4.png, discs' }).click()
  await expect(page.getByText('discs/discs-4.png', { exact: true })).toBeVisible()

  await page.getByRole('textbox', { name: 'File name or label' }).fill('nowhere')
  await page.getByRole('main').getByRole('button', { name: 'Find', exact: true }).click()
  await expect(page.getByText('No file and no label has “nowhere” in its name.')).toBeVisible()

  // A copy of an image of the map lies where that one is.
  await copyFile(join(app.files, 'shapes', 'bars', 'bars-1.png'), join(app.files, 'twin.png'))
  await app.chooseFolder('Where would another image lie?…', 'twin.png')
  await expect(page.getByText(/^twin\.png is marked on the map/)).toBeVisible()
  await expect(page.getByRole('img', { name: 'twin.png' })).toBeVisible()
  const [nearest] = await page.getByRole('list', { name: 'Nearest images' }).first().getByRole('button').all()
  await expect(nearest!).toHaveAccessibleName('bars/bars-1.png, bars')
})

test(
  'the model draws: a place, a number that is moved, between images, and it is saved',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await openMap(app)
    await panel(page, 'Draw')
    await page.getByRole('button', { name: 'Mean of all' }).click()
    const drawn = page.getByRole('img', { name: /^Drawn by the model/ })
    await expect(drawn).toBeVisible()
    const pixels = () => drawn.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
    const before = await pixels()
    const slider = page.getByRole('slider', { name: /^Dimension \d+ of the code/ }).first()
    await slider.focus()
    await page.keyboard.press('End')
    await expect.poll(pixels).not.toBe(before)
    await expect(page.getByText('A code of your own.')).toBeVisible()

    await page.getByRole('button', { name: /^Between images/ }).click()
    await map(page).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('button', { name: 'As A' }).click()
    await map(page).focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('button', { name: 'As B' }).click()
    const between = page.getByRole('group', { name: 'Between images' })
    await expect(between.getByRole('button')).toHaveCount(7)
    await page.getByRole('button', { name: 'Save…', exact: true }).last().click()
    await app.chooseFolder(page.getByRole('menuitem', { name: 'As an animation (GIF)…' }), '.')
    await expect.poll(() => readdir(app.files)).toContain('between-images.gif')
    const animation = await sharp(join(app.files, 'between-images.gif'), { animated: true }).metadata()
    expect(animation.pages).toBe(12)

    await page.getByRole('button', { name: /^What each dimension does/ }).click()
    await page.getByRole('button', { name: 'Draw the sheet' }).click()
    await expect(
      page.getByRole('group', { name: 'What each dimension does' }).getByRole('button'),
    ).toHaveCount(72)
  },
)

test('in space, and out of the app: a table of codes and places', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await openMap(app)
  await panel(page, '3D')
  await drawn(page, 'UMAP (3D)')
  await expect(page.getByText(/^Drag to turn/)).toBeVisible()
  await expect.poll(() => painted(page)).toBeGreaterThan(500)
  const image = () =>
    map(page)
      .locator('canvas')
      .first()
      .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
  const before = await image()
  await drag(page, [0.4, 0.4], [0.6, 0.5])
  await expect.poll(image).not.toBe(before)
  await page.getByRole('button', { name: 'Save…', exact: true }).first().click()
  await app.chooseFolder(page.getByRole('menuitem', { name: 'Codes and places as CSV…' }), '.')
  await expect(page.getByText(/once-latent\/codes\.csv/)).toBeVisible()
  const table = await readFile(join(app.files, 'once-latent', 'coordinates.csv'), 'utf8')
  expect(table.split('\r\n')[0]).toBe('path,label,x,y,z')
  expect(table.trim().split('\r\n')).toHaveLength(count + 1)
})

test('the map of a run is saved as an animation', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await openRun(page, 'Once')
  await page.getByRole('region', { name: 'Latent space' }).getByRole('button', { name: 'Save…' }).click()
  await app.chooseFolder(page.getByRole('menuitem', { name: 'As an animation (WebP)…' }), '.')
  await expect.poll(() => readdir(app.files)).toContain('once-map.webp')
  const { pages } = await sharp(join(app.files, 'once-map.webp'), { animated: true }).metadata()
  expect(pages).toBe(12)
  expect((await stat(join(app.files, 'once-map.webp'))).size).toBeGreaterThan(1000)
})

test('a map follows a training, when it is asked to', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await makeImages(join(app.files, 'others'), 60)
  await app.chooseFolder('Open folder…', 'others')
  await importChosen(page)
  await startTraining(page, { epochs: 100_000, name: 'Long' })
  await page.getByRole('button', { name: 'Explore all images' }).click()
  // The survey has to wait for its turn beside the training.
  await expect(map(page)).not.toHaveAttribute('aria-busy', { timeout: 60_000 })
  await expect(page.getByText(/The map stays as it was/)).toBeVisible()
  const image = () =>
    map(page)
      .locator('canvas')
      .first()
      .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
  await expect.poll(() => painted(page)).toBeGreaterThan(300)
  const before = await image()
  await page.getByRole('switch', { name: 'Follow it' }).click()
  await expect.poll(image).not.toBe(before)
  await page.getByRole('button', { name: 'Stop training' }).click()
  await expect(page.getByRole('region', { name: 'Training under way' })).toHaveCount(0)
})

test(
  'a model is exported from its page, with the code that runs it, and imported again',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await page.getByRole('link', { name: 'Models', exact: true }).click()
    await page.getByRole('link', { name: 'Once' }).first().click()
    await page.getByRole('button', { name: 'Export…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Export the model' })
    await dialog.getByRole('radio', { name: 'Encoder' }).click()
    await expect(dialog.getByText('(code,) = model.run')).toBeVisible()
    await app.chooseFolder(dialog.getByRole('button', { name: 'Export into a folder…' }), '.')
    await expect.poll(() => readdir(app.files)).toContain('once-onnx-encoder')
    await expect
      .poll(() => readdir(join(app.files, 'once-onnx-encoder')))
      .toEqual(['README.md', 'model.onnx'])

    await page.getByRole('button', { name: 'Export…' }).click()
    await dialog.getByRole('radio', { name: 'int8, a quarter of it' }).click()
    await expect(dialog.getByText(/^Measured on \d+ images: [\d.]+ dB instead of [\d.]+ dB/)).toBeVisible()
    await dialog.getByLabel('As', { exact: true }).selectOption('hourglass')
    await expect(dialog.getByText('hourglass import-model')).toBeVisible()
    await app.chooseFolder(dialog.getByRole('button', { name: 'Export into a folder…' }), '.')
    await expect.poll(() => readdir(app.files)).toContain('once-hourglass')

    await page.getByRole('link', { name: 'Models', exact: true }).click()
    await app.chooseFolder('Import models…', 'once-hourglass')
    const importing = page.getByRole('dialog', { name: 'Import once-hourglass' })
    await expect(importing.getByText('gaussian')).toHaveCount(0)
    await expect(importing.getByText(/196-81-49/)).toBeVisible()
    await importing.getByText('That is not right').click()
    await importing.getByLabel('Noise it removes').fill('gaussian:bad')
    await expect(importing.getByRole('button', { name: 'Import', exact: true })).toBeDisabled()
    await importing.getByLabel('Noise it removes').fill('gaussian:20')
    await importing.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'Once (imported)', level: 1 })).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Try it' })).toBeVisible()

    await page.getByRole('link', { name: 'Models', exact: true }).click()
    await page.getByRole('button', { name: 'Export several…' }).click()
    const several = page.getByRole('dialog', { name: 'Export several models' })
    await several.getByRole('checkbox', { name: /Kept model/ }).uncheck()
    await expect(several.getByRole('button', { name: 'Export 1 model into a folder…' })).toBeEnabled()
    await several.getByRole('checkbox', { name: 'All of them' }).check()
    await several.getByLabel('As', { exact: true }).selectOption('json')
    const go = several.getByRole('button', { name: 'Export 2 models into a folder…' })
    await app.chooseFolder(go, '.')
    await expect
      .poll(async () => (await readdir(app.files)).filter((name) => name.includes('json')).sort())
      .toEqual(['once-imported-json', 'once-json'])
    await page.getByRole('link', { name: /Kept model/ }).click()
    // It knows of no dataset here: the newest is taken, and the model comes along to it.
    await page.getByRole('button', { name: 'Train further from here' }).click()
    await expect(page.getByText('It starts from the weights of a trained model.')).toBeVisible()
  },
)
