import type { Page } from '@playwright/test'
import { expect, test } from './support/hourglassTest'
import { expectDone, openRun, startTraining } from './support/steps'

test.use({ begins: 'trained' })

async function openDataset(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Datasets', exact: true }).click()
  await page.getByRole('link', { name: /shapes/ }).click()
}

/** From anywhere to the page of a run that waits. */
async function addToQueue(page: Page, name: string, epochs: number): Promise<void> {
  await openDataset(page)
  await page.getByRole('button', { name: 'Train on this' }).click()
  await page.getByRole('spinbutton', { name: 'Epochs', exact: true }).fill(String(epochs))
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('button', { name: 'Add to the queue' }).click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
}

const stateIs = (page: Page, state: string) =>
  expect(page.getByRole('main').getByText(state, { exact: true }).first()).toBeVisible()
const waiting = (page: Page) =>
  page.getByRole('list', { name: 'Queue' }).getByRole('listitem').getByRole('link').allInnerTexts()

test(
  'a run that is started while another one trains waits, and begins by itself',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await openDataset(page)
    await startTraining(page, { epochs: 100_000, name: 'First' })
    await addToQueue(page, 'Second', 3)
    await stateIs(page, 'Waiting, 1st')
    await expect(page.getByText('This run is next: it begins by itself when “First” is done')).toBeVisible()
    await expect(page.getByText('It has not begun to train.')).toBeVisible()
    await openRun(page, 'First')
    await expect(page.getByText('One run waits. When you pause this one, it waits on')).toBeVisible()
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await stateIs(page, 'Stopped')
    await openRun(page, 'Second')
    await expectDone(page)
  },
)

test(
  'the queue is put in order, held by a pause and by a restart, and started',
  { tag: '@page' },
  async ({ app }) => {
    await openDataset(app.page)
    await startTraining(app.page, { epochs: 100_000, name: 'First' })
    await addToQueue(app.page, 'Second', 100_000)
    await addToQueue(app.page, 'Third', 3)
    await addToQueue(app.page, 'Fourth', 3)
    const runs = () => app.page.getByRole('link', { name: 'Runs', exact: true }).click()
    await runs()
    await expect.poll(() => waiting(app.page)).toEqual(['Second', 'Third', 'Fourth'])
    await app.page.getByRole('button', { name: 'Move Fourth up' }).focus()
    await app.page.keyboard.press('Enter')
    await expect.poll(() => waiting(app.page)).toEqual(['Second', 'Fourth', 'Third'])
    await app.page.getByRole('button', { name: 'Move Third to the top' }).click()
    await expect.poll(() => waiting(app.page)).toEqual(['Third', 'Second', 'Fourth'])
    await app.page.getByRole('button', { name: 'Remove Second from the queue' }).click()
    await expect.poll(() => waiting(app.page)).toEqual(['Third', 'Fourth'])
    await expect(
      app.page.getByRole('row', { name: /Second/ }).getByText('Stopped', { exact: true }),
    ).toBeVisible()

    await app.page.getByRole('button', { name: 'Pause training' }).click()
    await expect(app.page.getByText('2 runs wait. They begin when you start the queue')).toBeVisible()
    await app.crash()
    await runs()
    await expect(app.page.getByText('2 runs wait. They begin when you start the queue')).toBeVisible()
    await expect.poll(() => waiting(app.page)).toEqual(['Third', 'Fourth'])
    await app.page.getByRole('main').getByRole('button', { name: 'Start the queue' }).click()
    await openRun(app.page, 'Fourth')
    await expectDone(app.page)
    await openRun(app.page, 'Third')
    await expectDone(app.page)
    await openRun(app.page, 'First')
    await stateIs(app.page, 'Paused')
  },
)
