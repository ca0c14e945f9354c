import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { makeImages } from './support/images'
import { expect, type Hourglass, test } from './support/hourglassTest'
import { expectDone, importChosen, importOnly, openRun, startTraining } from './support/steps'

/** What the paths of the other tests do not press. */
async function importShapes(app: Hourglass): Promise<void> {
  await makeImages(join(app.files, 'shapes'), 40)
  await app.chooseFolder('Open folder…', 'shapes')
  await importChosen(app.page)
}

async function more(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

async function rename(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
  await dialog.getByRole('button', { name: /^(Save|Keep)$/ }).click()
}

test(
  'a dataset: its import, its images, a new name, another size, and away with it',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await makeImages(join(app.files, 'shapes'), 40)
    await makeImages(join(app.files, 'others'), 6, ['rings'])
    await app.chooseFolder('Open folder…', 'shapes')
    await app.chooseFolder('Add folder…', 'others')
    await expect(page.getByText('46 images found.')).toBeVisible()
    await page.getByRole('button', { name: 'Leave out others' }).click()
    await expect(page.getByText('40 images found.')).toBeVisible()
    await page.getByRole('button', { name: /^How images are read/ }).click()
    await page.getByRole('combobox', { name: 'Try out noise' }).selectOption('masking')
    await expect(page.getByRole('img', { name: /, corrupted$/ }).first()).toBeVisible()
    await page.getByRole('radio', { name: 'Colour' }).click()
    await page.getByRole('radio', { name: 'Stretch' }).click()
    await page.getByRole('combobox', { name: 'Size' }).selectOption('32')
    await importOnly(page)
    await expect(page.getByText('40 images, 32 × 32, Colour')).toBeVisible()
    await expect(page.getByRole('heading', { level: 2, name: 'Images' })).toBeVisible()
    const headings = await page.getByRole('heading').allTextContents()
    expect(headings.filter((text) => text.trim() === '')).toEqual([])

    await page.getByRole('button', { name: /^bars\s*20$/ }).click()
    await expect(page.getByRole('grid', { name: '20 images' })).toBeVisible()
    await page
      .getByRole('gridcell', { name: /^bars\// })
      .first()
      .focus()
    await page.keyboard.press('End')
    await expect(page.getByRole('gridcell', { name: 'bars/bars-39.png' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog', { name: 'bars-39.png' })).toContainText('28 × 28')
    await page.keyboard.press('Escape')

    await more(page, 'Rename')
    await rename(page, 'Discs and bars')
    await expect(page.getByRole('heading', { level: 1, name: 'Discs and bars' })).toBeVisible()
    await more(page, 'Import again…')
    await page.getByRole('dialog').getByRole('radio', { name: 'Grey' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Import again' }).click()
    await expect(page.getByText('40 images, 32 × 32, Grey')).toBeVisible()

    await more(page, 'Remove')
    await expect(page.getByRole('heading', { name: 'No datasets yet' })).toBeVisible()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('link', { name: /^Discs and bars/ }).click()
    await expect(page.getByRole('grid')).toBeVisible()
    await more(page, 'Remove')
    await expect(page.getByRole('heading', { name: 'No datasets yet' })).toBeVisible()
    expect(await readdir(join(app.files, 'shapes', 'discs'))).toHaveLength(20)
  },
)

test('a network: its layers in the drawing, and how they are tied', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await importShapes(app)
  await page.getByRole('button', { name: 'Train on this' }).click()
  await page.getByRole('button', { name: /^Start from a preset/ }).click()
  await page.getByRole('button', { name: /^Tied, fast/ }).click()
  const drawing = page.getByRole('img', { name: /^Network of/ }).last()
  await expect(drawing).toHaveAccessibleName(
    'Network of 784, 196, 81, 49, 81, 196, 784 units, with a code of 49',
  )
  await page.getByRole('button', { name: 'Add a layer before layer 2' }).click()
  await expect(drawing).toHaveAccessibleName(/^Network of 784, 196, 126, 81, 49/)
  await page.getByRole('button', { name: /^Layer 2: 126 units/ }).click()
  const layer = page.getByRole('dialog')
  await layer.getByRole('spinbutton', { name: 'Units' }).fill('100')
  await page.keyboard.press('Tab')
  await layer.getByRole('combobox', { name: 'Activation' }).selectOption('tanh')
  await expect(page.getByRole('button', { name: 'Layer 2: 100 units, Tanh' })).toBeVisible()
  await layer.getByRole('button', { name: 'Remove this layer' }).click()
  await expect(drawing).toHaveAccessibleName(/^Network of 784, 196, 81, 49,/)
  const code = page.getByRole('button', { name: /^Code, layer 3: 49 numbers/ })
  await code.focus()
  await page.keyboard.press('Shift+ArrowDown')
  await expect(drawing).toHaveAccessibleName(/with a code of 39$/)
  const box = (await page.getByRole('button', { name: /^Layer 1:/ }).boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2, box.y + 12, { steps: 4 })
  await page.mouse.up()
  await expect(drawing).not.toHaveAccessibleName(/^Network of 784, 196,/)
  await expect(page.getByRole('dialog')).toHaveCount(0)

  const tying = page.getByRole('radiogroup', { name: /^How the decoder/ })
  await expect(page.getByText(/fewer than untied/)).toBeVisible()
  await tying.getByRole('radio', { name: 'Untied' }).click()
  await expect(page.getByText(/fewer than untied/)).toHaveCount(0)
  await tying.getByRole('radio', { name: 'Pseudo-inverse' }).click()
  await expect(page.getByText('its best possible inverse')).toBeVisible()
  await page.getByRole('button', { name: 'Why the transpose?' }).click()
  await expect(page.getByText('Biases are never tied')).toBeVisible()
  await page.getByRole('button', { name: /^More settings/ }).click()
  await page.getByRole('combobox', { name: 'Loss' }).selectOption('binary-crossentropy')
  await expect(page.getByRole('combobox', { name: 'Activation of the output' })).toHaveValue('sigmoid')
  await page.getByRole('combobox', { name: 'Learning rate over time' }).selectOption('plateau')
  await page.getByRole('radio', { name: 'Epochs' }).click()
  await page.getByRole('spinbutton', { name: 'Epochs', exact: true }).fill('3')
  await page.getByRole('button', { name: 'Start training' }).click()
  await expectDone(page)
})

test.describe('with a run that is done', () => {
  test.use({ begins: 'trained' })

  test(
    'a run and its model: names, notes, further, kept, repeated, deleted',
    { tag: '@page' },
    async ({ app }) => {
      const { page } = app
      await openRun(page, 'Once')
      await more(page, 'Rename')
      await rename(page, 'Twice')
      await expect(page.getByRole('heading', { level: 1, name: 'Twice' })).toBeVisible()
      const notes = page.getByRole('textbox', { name: 'Notes' })
      await notes.fill('Discs are easy.')
      await notes.blur()
      await page.reload()
      await expect(notes).toHaveValue('Discs are easy.')
      await page.getByRole('button', { name: /^More curves/ }).click()
      await expect(page.getByRole('img', { name: /also their pseudo-inverse/ })).toBeVisible()

      await more(page, 'Train further…')
      await page.getByRole('dialog').getByRole('spinbutton', { name: 'Epochs in all' }).fill('14')
      await page.getByRole('dialog').getByRole('button', { name: 'Train further' }).click()
      await expect(page.getByRole('log')).toContainText('Going on after epoch 12 of 14')
      await expectDone(page)

      await more(page, 'Keep as a model…')
      await rename(page, 'Kept')
      await page.getByRole('button', { name: 'Open', exact: true }).click()
      await expect(page.getByRole('heading', { level: 1, name: 'Kept' })).toBeVisible()
      await page.getByRole('button', { name: 'Another image' }).click()
      await page.getByRole('combobox', { name: 'Noise to add first' }).selectOption('gaussian')
      await expect(page.getByRole('img', { name: 'The image with noise' })).toBeVisible()
      await page
        .getByRole('group', { name: 'What number 1 of the code does' })
        .getByRole('button')
        .first()
        .click()
      await expect(page.getByText('Decoded from your code')).toBeVisible()

      await openRun(page, 'Twice')
      await more(page, 'Repeat with changes…')
      await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Twice, again')
      await expect(page.getByRole('spinbutton', { name: 'Epochs', exact: true })).toHaveValue('14')

      await openRun(page, 'Twice')
      await more(page, 'Delete')
      await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible()
      await page.getByRole('link', { name: 'Models', exact: true }).click()
      await page.getByRole('link', { name: /^Kept/ }).click()
      await more(page, 'Rename')
      await rename(page, 'Still here')
      await expect(page.getByRole('heading', { level: 1, name: 'Still here' })).toBeVisible()
      await page.getByRole('button', { name: 'Train further from here' }).click()
      await expect(page.getByText('It starts from the weights of a trained model.')).toBeVisible()
      await page.goBack()
      await more(page, 'Remove')
      await expect(page.getByRole('heading', { name: 'No models yet' })).toBeVisible()
    },
  )

  test('the table of runs: found, sorted, and deleted together', { tag: '@page' }, async ({ app }) => {
    const { page } = app
    await page.getByRole('link', { name: 'Datasets', exact: true }).click()
    await page.getByRole('link', { name: /shapes/ }).click()
    await startTraining(page, { epochs: 3, name: 'Beta' })
    await expectDone(page)
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    const names = () => page.getByRole('table').getByRole('link').allInnerTexts()
    await expect.poll(names).toEqual(['Beta', 'Once'])
    await page.getByRole('button', { name: 'Name' }).click()
    await expect.poll(names).toEqual(['Beta', 'Once'])
    await expect(page.getByRole('columnheader', { name: 'Name' })).toHaveAttribute('aria-sort', 'ascending')
    await page.getByRole('textbox', { name: 'Search runs' }).fill('onc')
    await expect.poll(names).toEqual(['Once'])
    await page.getByRole('textbox', { name: 'Search runs' }).fill('')
    await page.getByRole('checkbox', { name: 'Choose Once' }).check()
    await page.getByRole('checkbox', { name: 'Choose Beta' }).check()
    await page.getByRole('button', { name: 'Delete' }).click()
    await expect(page.getByRole('dialog', { name: 'Delete 2 runs?' })).toBeVisible()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible()
  })

  test('settings: what computes is measured, the language changes, the library moves', async ({
    app,
    host,
  }) => {
    const { page } = app
    await page.getByRole('link', { name: 'Settings', exact: true }).click()
    await page.getByRole('button', { name: 'Measure' }).click()
    await expect(page.getByRole('row', { name: /ONNX Runtime.*Processor.*images\/s/ })).toBeVisible()
    await page
      .getByRole('combobox', { name: 'Compute on' })
      .selectOption({ label: 'ONNX Runtime: Processor' })
    await expect(page.getByText('You chose ONNX Runtime on the processor.')).toBeVisible()
    await page.getByRole('combobox', { name: 'Language' }).selectOption('de')
    await expect(page.getByRole('heading', { level: 1, name: 'Einstellungen' })).toBeVisible()
    await page.getByRole('combobox', { name: 'Sprache' }).selectOption('en')
    await expect(page.getByRole('button', { name: 'Measure' })).toHaveAttribute('type', 'button')
    await expect(page.getByRole('region', { name: 'Work under way' })).toHaveCount(0)

    if (host === 'served') {
      await page.getByRole('button', { name: 'Move the library…' }).click()
      const picker = page.getByRole('dialog', { name: 'Choose a folder' })
      await picker.getByRole('textbox', { name: 'Name of a new folder' }).fill('moved')
      await picker.getByRole('button', { name: 'Make folder' }).click()
      await picker.getByRole('button', { name: 'Choose “moved”' }).click()
    } else {
      await mkdir(join(app.files, 'moved'))
      await app.chooseFolder('Move the library…', 'moved')
    }
    const question = page.getByRole('dialog', { name: 'Move the library?' })
    await expect(question).toContainText(join(app.files, 'moved'))
    await expect(question).toContainText(/\d kB|\d MB/)
    await question.getByRole('button', { name: 'Move it' }).click()
    await expect(page.getByText(join(app.files, 'moved'), { exact: true })).toBeVisible()
    await page.getByRole('link', { name: 'Datasets', exact: true }).click()
    await expect(page.getByRole('link', { name: /shapes 120 images/ })).toBeVisible()
    expect(await readdir(join(app.files, 'moved', 'datasets'))).toEqual(['shapes'])
  })
})
