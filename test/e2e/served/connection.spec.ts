import { expect, test } from '../support/hourglassTest'

test('an open page says that the server was started anew', async ({ app, browser }) => {
  // With cookies of its own, which belong to the time before.
  const page = await (await browser.newContext()).newPage()
  await page.goto(app.address())
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await app.crash()
  await expect(page.getByText('Hourglass was started anew.')).toBeVisible()
  await page.context().close()
})
