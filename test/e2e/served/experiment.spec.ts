import { expect, test } from '../support/hourglassTest'

test.use({ begins: 'trained' })

test('an experiment trains both ways, tells what follows, and the page says why', async ({ app }) => {
  const { page } = app
  await page.getByRole('link', { name: 'Datasets', exact: true }).click()
  await page.getByRole('link', { name: /shapes/ }).click()
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Experiment…' }).click()
  await page.getByRole('combobox', { name: 'Network' }).selectOption('tied-784-32')
  await page.getByRole('radio', { name: '1', exact: true }).click()
  await page.getByRole('spinbutton', { name: 'Minutes for all runs together' }).fill('0.2')
  await page.getByRole('button', { name: 'Start the experiment' }).click()
  await expect(page.getByRole('heading', { level: 1, name: /what tying makes of it/ })).toBeVisible()
  await expect(page.getByText(/images tying saves \d+ % of the parameters/)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('table').getByRole('rowheader')).toHaveText([/tied/, /untied/, /PCA/])
  await expect(page.getByRole('heading', { name: 'Layer 1: ‖WᵀW − I‖' })).toBeVisible()

  await page.getByRole('button', { name: 'Why?' }).click()
  const drawing = page.getByRole('slider', { name: 'The encoder’s vector' })
  await drawing.focus()
  await page.keyboard.press('Home')
  await expect(drawing).toHaveAttribute('aria-valuetext', /length 1\.00/)
  await page.getByRole('button', { name: 'Train it tied' }).click()
  await expect(drawing).toHaveAttribute('aria-valuetext', /29 degrees, length 1\.00/)
})
