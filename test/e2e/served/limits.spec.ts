import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { makeImages } from '../support/images'
import { expect, test } from '../support/hourglassTest'
import { importChosen, startTraining } from '../support/steps'

// A process of our own can be made to meet what a person meets seldom.
test.skip(process.platform !== 'linux', 'Limits of a process are set as on Linux.')

test.describe('without the right to read', () => {
  test.use({ limits: { obeysPermissions: true } })
  test('says what to do', async ({ app }) => {
    const folder = await makeImages(join(app.files, 'locked'), 4)
    await chmod(folder, 0)
    await app.chooseFolder('Open folder…', 'locked')
    await expect(app.page.getByRole('alert')).toContainText('No permission for')
    await chmod(folder, 0o700)
  })
})

test.describe('on a full disk', () => {
  test.use({ limits: { largestFileKiB: 100 } })
  test('an import that does not fit leaves nothing, and says so', async ({ app }) => {
    const { page } = app
    await makeImages(join(app.files, 'shapes'), 240)
    await app.chooseFolder('Open folder…', 'shapes')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await expect(page.getByRole('alert')).toContainText('grew past the largest file this system allows')
    await page.getByRole('link', { name: 'Datasets', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'No datasets yet' })).toBeVisible()
  })
})

test.describe('on a disk that is nearly full', () => {
  test.use({ limits: { largestFileKiB: 1000 } })
  test('a training that cannot be saved fails with a sentence', async ({ app }) => {
    const { page } = app
    await makeImages(join(app.files, 'shapes'), 60)
    await app.chooseFolder('Open folder…', 'shapes')
    await importChosen(page)
    await startTraining(page, { epochs: 50, name: 'Too large' })
    await expect(page.getByRole('main').getByText('Failed', { exact: true })).toBeVisible()
    await expect(page.getByRole('main').getByRole('alert')).toContainText(
      'grew past the largest file this system allows',
    )
    await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  })
})
