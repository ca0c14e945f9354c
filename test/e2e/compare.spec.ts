import { expect, test } from './support/hourglassTest'
import { expectDone, openRun } from './support/steps'

test.use({ begins: 'trained' })

test(
  'a run is repeated with changes, named by them, and compared with the one before',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await openRun(page, 'Once')
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Repeat with changes…' }).click()
    const name = page.getByRole('textbox', { name: 'Name' })
    await expect(name).toHaveValue('Once, again')
    const epochs = page.getByRole('spinbutton', { name: 'Epochs', exact: true })
    await epochs.fill('3')
    await epochs.blur()
    await expect(name).toHaveValue('Once, 3 epochs')
    await page.getByRole('button', { name: 'Start training' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Once, 3 epochs' })).toBeVisible()
    await expectDone(page)

    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    const compare = page.getByRole('button', { name: 'Compare' })
    await expect(compare).toBeDisabled()
    await expect(compare).toHaveAccessibleDescription(/two or more runs/)
    await page.getByRole('checkbox', { name: 'Choose Once', exact: true }).check()
    await expect(compare).toHaveAccessibleDescription(/one more run/)
    await page.getByRole('checkbox', { name: 'Choose Once, 3 epochs' }).check()
    await compare.click()

    await expect(page.getByRole('row', { name: /^Parameters/ })).toContainText(/\d,\d{3}/)
    await expect(page.getByRole('row', { name: /^Size of the model/ })).toContainText(
      /kB; .* if it were untied/,
    )
    await expect(page.getByRole('row', { name: /^Best PSNR/ })).toContainText(/\d+\.\d\d dB/)
    await expect(page.getByRole('img', { name: /filters of the first layer of Once after/ })).toBeVisible()
    await expect(
      page.getByRole('img', { name: /^Image 1, difference of Once from the original/ }),
    ).toBeVisible()
  },
)
