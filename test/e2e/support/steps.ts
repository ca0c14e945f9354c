import { expect, type Page } from '@playwright/test'

/** From a dataset's page to a run that trains. */
export async function startTraining(
  page: Page,
  { epochs, name }: { epochs: number; name: string },
): Promise<void> {
  await page.getByRole('button', { name: 'Train on this' }).click()
  await page.getByRole('spinbutton', { name: 'Epochs', exact: true }).fill(String(epochs))
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('button', { name: 'Start training' }).click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
}

export async function openRun(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('link', { name, exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
}

/** Imports a folder that was just made, as it comes. */
export async function importChosen(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('grid')).toBeVisible()
}

/** Whatever its result is worth, which the state says too. */
export async function expectDone(page: Page): Promise<void> {
  await expect(page.getByRole('main').getByText(/^Done(, .*)?$/)).toBeVisible()
}
