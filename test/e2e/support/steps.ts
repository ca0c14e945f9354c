import { expect, type Page } from '@playwright/test'

/** From a dataset's page to a run that trains. */
export async function startTraining(
  page: Page,
  { epochs, name }: { epochs: number; name: string },
): Promise<void> {
  await page.getByRole('button', { name: 'Train on this' }).click()
  await page.getByRole('radio', { name: 'Epochs' }).click()
  await page.getByRole('spinbutton', { name: 'Epochs', exact: true }).fill(String(epochs))
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('button', { name: 'Start training' }).click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
}

export async function openRun(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  // One that trains or waits is in the side bar and in the queue, too.
  await page.getByRole('table').getByRole('link', { name, exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
}

/** Imports what was chosen small and grey, so that a training on it is short, without starting one. */
export async function importChosen(page: Page): Promise<void> {
  await readSmallAndGrey(page)
  await importOnly(page)
}

export async function readSmallAndGrey(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^How images are read/ }).click()
  await page.getByRole('combobox', { name: 'Size' }).selectOption('28')
  await page.getByRole('radio', { name: 'Grey' }).click()
}

/** Imports what was chosen as it is to be read, without starting a training. */
export async function importOnly(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Import only' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
}

/** Whatever its result is worth, which the state says too. */
export async function expectDone(page: Page): Promise<void> {
  await expect(page.getByRole('main').getByText(/^Done(, .*)?$/)).toBeVisible()
}
