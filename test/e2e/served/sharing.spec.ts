import { once } from 'node:events'
import { join } from 'node:path'
import { hourglass } from '../support/commandLine'
import { makeImages } from '../support/images'
import { expect, test } from '../support/hourglassTest'

test('what the command line imports and trains shows up while it does', async ({ app }) => {
  const { page, home } = app
  const images = await makeImages(join(app.files, 'shapes'), 60)
  await page.getByRole('link', { name: 'Datasets', exact: true }).click()
  expect((await once(hourglass(home, 'import', images), 'close'))[0]).toBe(0)
  await expect(page.getByRole('link', { name: /shapes 60 images/ })).toBeVisible()

  const training = hourglass(home, 'train', 'shapes', '--epochs', '100000')
  const ended = once(training, 'close')
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page
    .getByRole('main')
    .getByRole('link', { name: /^shapes, dense/ })
    .click()
  await expect(page.getByText('Training elsewhere')).toBeVisible()
  const shown = async () =>
    Number(/Epoch ([\d,]+) of/.exec(await page.getByRole('main').innerText())?.[1]?.replaceAll(',', ''))
  await expect.poll(shown).toBeGreaterThan(2)
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toHaveCount(0)
  training.kill('SIGINT')
  expect((await ended)[0]).toBe(130)
  await expect(page.getByRole('main').getByText('Stopped', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(page.getByRole('main').getByText('Stopped', { exact: true })).toBeVisible()
})

test('takes files from the computer in front of the person', async ({ app }) => {
  const { page } = app
  const folder = await makeImages(join(app.files, 'shapes'), 12)
  await page.getByRole('button', { name: 'Open folder…' }).click()
  await page.getByLabel('Upload from this computer…').setInputFiles(folder)
  await expect(page.getByText('12 images found.')).toBeVisible()
  await page.getByRole('button', { name: 'Import only' }).click()
  await expect(page.getByRole('grid', { name: '12 images' })).toBeVisible()
  await expect(page.getByRole('button', { name: /^discs\s*6$/ })).toBeVisible()
})
