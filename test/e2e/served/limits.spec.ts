import { chmod, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type NoisyOptions, noisyPicture } from '../../support/noisyPicture'
import { makeImages } from '../support/images'
import { expect, type Hourglass, test } from '../support/hourglassTest'
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

  test('results that may not be written are said so, and can be tried again', async ({ app }) => {
    const { page } = app
    const folder = await makePhotos(app, 2, { width: 200, height: 160 })
    await chmod(folder, 0o500)
    await openPhotos(app)
    await page.getByRole('button', { name: 'Save all 2' }).click()
    const list = page.getByRole('group', { name: 'Pictures' })
    await expect(list.getByText('No permission for')).toBeVisible()
    await expect(list.getByRole('option', { name: /No permission for/ })).toHaveCount(2)
    await chmod(folder, 0o700)
    await page.getByRole('button', { name: 'Try the 2 failed again' }).click()
    await expect(list.getByRole('option', { name: /Saved/ })).toHaveCount(2)
  })
})

/** Noisy pictures in a folder of their own. */
async function makePhotos(app: Hourglass, count: number, size: NoisyOptions): Promise<string> {
  const folder = join(app.files, 'photos')
  await mkdir(folder, { recursive: true })
  for (let i = 0; i < count; i++)
    await noisyPicture({ ...size, seed: i })
      .png()
      .toFile(join(folder, `${i}.png`))
  return folder
}

async function openPhotos(app: Hourglass): Promise<void> {
  await app.page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await app.chooseFolder('Add folder…', 'photos')
}

test.describe('on a full disk', () => {
  test.use({ limits: { largestFileKiB: 100 } })
  test('an import that does not fit leaves nothing, and says so', async ({ app }) => {
    const { page } = app
    await makeImages(join(app.files, 'shapes'), 240)
    await app.chooseFolder('Open folder…', 'shapes')
    await page.getByRole('button', { name: 'Import only' }).click()
    await expect(page.getByRole('alert')).toContainText('grew past the largest file this system allows')
    await page.getByRole('link', { name: 'Datasets', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'No datasets yet' })).toBeVisible()
  })
})

test.describe('on a disk without room for a picture', () => {
  test.use({ limits: { largestFileKiB: 150 } })
  test('saving waits, and leaves nothing half written', async ({ app }) => {
    const { page } = app
    const folder = await makePhotos(app, 3, { width: 900, height: 700 })
    await openPhotos(app)
    await page.getByRole('button', { name: 'Save all 3' }).click()
    await expect(page.getByText('Paused', { exact: true })).toBeVisible()
    // Whichever was written first, its row says why.
    await expect(page.getByRole('option', { name: /disk may be full|largest file/ }).first()).toBeVisible()
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeHidden()
    expect(await readdir(folder)).toEqual(['0.png', '1.png', '2.png'])
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
