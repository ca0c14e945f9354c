import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeBrokenImages, makeImages } from './support/images'
import { expect, test } from './support/hourglassTest'
import { killWorkers } from './support/killWorker'
import { importChosen, startTraining } from './support/steps'

test(
  'leaves out broken files, says which and why, and tries them again',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await makeImages(join(app.files, 'mixed'), 20)
    await makeBrokenImages(join(app.files, 'mixed', 'discs'))
    await app.chooseFolder('Open folder…', 'mixed')
    await importChosen(page)
    await expect(page.getByRole('heading', { name: '3 files left out' })).toBeVisible()
    await expect(page.getByRole('list', { name: 'Files left out' })).toContainText('broken-0.png')

    await makeImages(join(app.files, 'mended'), 2, ['discs'])
    await copyFile(
      join(app.files, 'mended', 'discs', 'discs-0.png'),
      join(app.files, 'mixed', 'discs', 'broken-0.png'),
    )
    await page
      .getByRole('region', { name: '3 files left out' })
      .getByRole('button', { name: 'Try again' })
      .click()
    await expect(page.getByRole('heading', { name: '2 files left out' })).toBeVisible()
    await expect(page.getByRole('grid', { name: '21 images' })).toBeVisible()
  },
)

test(
  'says when no image can be read, and what to do about an empty folder',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await makeBrokenImages(join(app.files, 'broken'))
    await app.chooseFolder('Open folder…', 'broken')
    await expect(page.getByRole('alert')).toContainText('None of these images can be read.')
    await expect(page.getByRole('button', { name: 'Import only' })).toBeDisabled()
    await expect(page.getByRole('button', { name: 'Start training' })).toBeDisabled()

    await mkdir(join(app.files, 'empty'), { recursive: true })
    await page.getByRole('link', { name: 'Start', exact: true }).click()
    await app.chooseFolder('Open folder…', 'empty')
    await expect(page.getByRole('alert')).toContainText('There is no image in')
    await expect(page.getByRole('alert')).toContainText('Choose a folder that holds')
  },
)

test('offers to resume when the worker dies, and goes on', async ({ app }) => {
  const { page } = app
  await makeImages(join(app.files, 'shapes'), 60)
  await app.chooseFolder('Open folder…', 'shapes')
  await importChosen(page)
  await startTraining(page, { epochs: 100_000, name: 'Cut off' })
  await expect(page.getByRole('img', { name: /reconstructed after epoch/ }).first()).toBeVisible()
  await killWorkers(app.stderr())
  await expect(page.getByRole('main').getByText('Interrupted', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('log')).toContainText('Going on after epoch')
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(page.getByRole('main').getByText('Stopped', { exact: true })).toBeVisible()
})

test('loses nothing when the whole process is killed', async ({ app }) => {
  await makeImages(join(app.files, 'shapes'), 60)
  await app.chooseFolder('Open folder…', 'shapes')
  await importChosen(app.page)
  await startTraining(app.page, { epochs: 100_000, name: 'Power cut' })
  await expect(app.page.getByRole('img', { name: /reconstructed after epoch/ }).first()).toBeVisible()
  await app.crash()

  const { page } = app
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('link', { name: 'Power cut', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Power cut' })).toBeVisible()
  await expect(page.getByRole('main').getByText('Interrupted', { exact: true })).toBeVisible()
  await expect(page.getByText('The training was cut off')).toBeVisible()
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('log')).toContainText('Going on after epoch')
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(page.getByRole('main').getByText('Stopped', { exact: true })).toBeVisible()
})
