import { expect, test } from '../support/hourglassTest'

test('an open page says that the server was started anew', async ({ app, context }) => {
  const old = app.page
  const page = await context.newPage()
  await page.goto(old.url())
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await app.crash()
  // The page that crash() opens has the new cookie, which the same browser sends for the old page as well.
  await context.clearCookies()
  await expect(page.getByRole('status').filter({ hasText: /started anew|connection/ })).toBeVisible()
  await expect(page.getByText('Hourglass was started anew.')).toBeVisible()
})
