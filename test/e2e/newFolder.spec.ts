import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { makeImages, makePhotos } from './support/images'
import { expect, test } from './support/hourglassTest'
import { expectDone, importChosen } from './support/steps'

const proposal = (page: Page) => page.getByRole('region', { name: 'What will be trained' })
const time = (page: Page) => page.getByRole('radiogroup', { name: 'How long it may take' })
const start = (page: Page) => page.getByRole('button', { name: 'Start training' })

test('from a folder to a training with one button', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await makePhotos(join(app.files, 'holiday'), 30)
  await app.chooseFolder('Open folder…', 'holiday')
  await expect(page.getByText('30 images found.')).toBeVisible()
  await expect(proposal(page)).toContainText(
    /30 colour photographs: a convolutional network on \d+×\d+, [\d,]+ numbers per image, about 1\sminute\./,
  )
  await expect(time(page).getByRole('radio', { name: 'About a minute' })).toBeChecked()
  await expect(page.getByRole('img', { name: /photo-/ }).first()).toBeVisible()

  await start(page).click()
  await expect(page).toHaveURL(/#\/runs\//)
  // The runtimes are loaded and timed first, which takes its time on a busy machine.
  await expect(page.getByRole('img', { name: /reconstructed after epoch/ }).first()).toBeVisible({
    timeout: 80_000,
  })
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(page.getByRole('main').getByText('Stopped', { exact: true })).toBeVisible()

  // The dataset that it made says so.
  await page.getByRole('link', { name: 'Datasets', exact: true }).click()
  await page.getByRole('link', { name: /holiday/ }).click()
  const trained = page.getByText(/A model was trained on these images/)
  await trained.getByRole('link').click()
  await expect(page).toHaveURL(/#\/models\/run--/)
})

test(
  'what is changed before the import survives a new plan while it fits, and else that is said',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await makePhotos(join(app.files, 'holiday'), 12)
    await app.chooseFolder('Open folder…', 'holiday')
    await page.getByRole('button', { name: /^The network and its training/ }).click()
    const tying = page.getByRole('radiogroup', { name: /^How the decoder/ })
    await tying.getByRole('radio', { name: 'Untied' }).click()
    await expect(proposal(page)).toContainText('You changed what was proposed.')
    await time(page).getByRole('radio', { name: 'Ten minutes' }).click()
    await expect(proposal(page)).toContainText(/about 10\sminutes/)
    await expect(start(page)).toBeEnabled()
    await expect(tying.getByRole('radio', { name: 'Untied' })).toBeChecked()

    await page.getByRole('button', { name: /^How images are read/ }).click()
    await page.getByRole('combobox', { name: 'Size' }).selectOption('32')
    await expect(proposal(page)).toContainText('on 32×32')
    await expect(proposal(page)).toContainText('The proposal has replaced it.')
    await expect(tying.getByRole('radio', { name: 'Untied' })).not.toBeChecked()
    await expect(proposal(page)).not.toContainText('You changed what was proposed.')
  },
)

test(
  'a preset keeps the time, unless epochs are counted, and says what images it suits',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await makeImages(join(app.files, 'shapes'), 60)
    await app.chooseFolder('Open folder…', 'shapes')
    await importChosen(page)
    await page.getByRole('button', { name: 'Train on this' }).click()
    await expect(start(page)).toBeInViewport()
    await expect(start(page)).toBeEnabled()
    await time(page).getByRole('radio', { name: 'An hour' }).click()
    await page.getByRole('button', { name: /^Start from a preset/ }).click()
    const smallest = page.getByRole('button', { name: /^The smallest/ })
    await expect(smallest).toContainText('For drawings and digits, such as yours')
    await expect(page.getByRole('button', { name: /^Photographs/ })).toContainText('yours are different')
    await smallest.click()
    await expect(proposal(page)).toContainText(/32 numbers per image, about 1\shour/)
    await expect(page.getByText(/epochs?\.$/)).toBeVisible()

    await page.getByRole('radio', { name: 'Epochs' }).click()
    await page.getByRole('spinbutton', { name: 'Epochs', exact: true }).fill('2')
    await page.keyboard.press('Tab')
    await expect(proposal(page)).toContainText('2 epochs.')
    await expect(time(page).getByRole('radio', { checked: true })).toHaveCount(0)
    await page.getByRole('switch', { name: 'Mirror images left to right' }).click()
    await page.getByRole('button', { name: 'Back to the proposal' }).click()
    await expect(page.getByRole('switch', { name: 'Mirror images left to right' })).not.toBeChecked()
    await expect(proposal(page)).toContainText('2 epochs.')
    await start(page).click()
    await expectDone(page)
  },
)
