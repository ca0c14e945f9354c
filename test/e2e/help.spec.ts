import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { noisyPicture } from '../support/noisyPicture'
import { expect, type Hourglass, test } from './support/hourglassTest'
import { makeImages } from './support/images'
import { importChosen, openRun } from './support/steps'

test.use({ begins: 'trained' })

const messages = (page: Page) => page.getByRole('region', { name: 'Messages' })
const inLibrary = (app: Hourglass, kind: string) => readdir(join(app.home, 'library', kind))

async function more(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

/** Two pictures to be denoised. */
async function openPictures(app: Hourglass): Promise<void> {
  await mkdir(join(app.files, 'photos'))
  for (const i of [0, 1])
    await noisyPicture({ width: 200, height: 150, seed: i })
      .png()
      .toFile(join(app.files, 'photos', `${i}.png`))
  await app.page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await app.chooseFolder('Add folder…', 'photos')
  await expect(app.page.getByRole('list', { name: /^Estimated noise/ })).toBeVisible()
}

test(
  'what is deleted comes back with Undo, by pointer and by keyboard',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await page.getByRole('link', { name: 'Datasets', exact: true }).click()
    await page.getByRole('link', { name: /shapes/ }).click()
    await more(page, 'Remove')
    await expect(page.getByRole('heading', { name: 'No datasets yet' })).toBeVisible()
    await messages(page).getByRole('button', { name: 'Undo' }).click()
    await expect(messages(page)).toContainText('“shapes” is back.')
    await page.getByRole('link', { name: /shapes 120 images/ }).click()
    await expect(page.getByRole('grid', { name: '120 images' })).toBeVisible()
    expect(await inLibrary(app, 'datasets')).toEqual(['shapes'])

    await openRun(page, 'Once')
    await more(page, 'Delete')
    await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible()
    await page.keyboard.press('Control+z')
    await expect(page.getByRole('link', { name: 'Once', exact: true })).toBeVisible()
    // Once: there is nothing more to undo.
    await page.keyboard.press('Control+z')
    expect(await inLibrary(app, 'runs')).toEqual(['once'])

    await openRun(page, 'Once')
    await more(page, 'Keep as a model…')
    await page.getByRole('dialog').getByRole('textbox').fill('Kept')
    await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click()
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Kept' })).toBeVisible()
    await more(page, 'Remove')
    const message = messages(page).getByRole('status').filter({ hasText: 'The model “Kept” is deleted.' })
    await expect(message).toBeVisible()
    // The menu gives the focus back while its screen goes: what follows is waited for.
    await expect(page.getByRole('heading', { level: 1, name: 'Models' })).toBeVisible()
    // From the keyboard into the messages; Escape closes one, which carries it out.
    await page.keyboard.press('F8')
    await expect(messages(page).getByRole('button').first()).toBeFocused()
    while ((await message.count()) > 0) await page.keyboard.press('Escape')
    await expect.poll(() => inLibrary(app, 'models')).toEqual([])
  },
)

test('time for Undo stands still while the message is looked at', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await page.clock.install()
  await openRun(page, 'Once')
  await more(page, 'Delete')
  const undo = messages(page).getByRole('button', { name: 'Undo' })
  await undo.hover()
  await page.clock.runFor(60_000)
  await undo.focus()
  await page.mouse.move(600, 300)
  await page.clock.runFor(60_000)
  await expect(undo).toBeVisible()
  expect(await inLibrary(app, 'runs')).toHaveLength(1)
  await page.getByRole('link', { name: 'Settings', exact: true }).focus()
  await page.clock.runFor(11_000)
  await expect(undo).toHaveCount(0)
  await expect.poll(() => inLibrary(app, 'runs')).toEqual([])
})

test('a crash before the time is over leaves nothing half', { tag: '@page' }, async ({ app }) => {
  await openRun(app.page, 'Once')
  await more(app.page, 'Delete')
  await expect(app.page.getByRole('heading', { name: 'No runs yet' })).toBeVisible()
  await app.crash()
  await app.page.getByRole('link', { name: 'Runs', exact: true }).click()
  await expect(app.page.getByRole('heading', { name: 'No runs yet' })).toBeVisible()
  expect(await inLibrary(app, 'runs')).toEqual([])
  expect(await inLibrary(app, 'datasets')).toEqual(['shapes'])
})

test('a cleared list of pictures comes back', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await openPictures(app)
  await page.getByRole('button', { name: 'Clear the list' }).click()
  await expect(page.getByRole('heading', { name: 'No pictures yet' })).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(page.getByRole('group', { name: 'Pictures' }).getByText('0.png')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Save all 2' })).toBeVisible()
})

test('messages cover nothing that can be pressed', { tag: '@page' }, async ({ app }) => {
  test.slow()
  const { page } = app
  await openPictures(app)
  for (const name of ['gone', 'lost']) await failToImportAgain(app, name)
  await expect(messages(page).getByRole('alert')).toHaveCount(2)
  const screens = [
    '',
    'denoise',
    'datasets',
    'datasets/shapes',
    'train/shapes',
    'runs',
    'runs/once',
    'models',
  ]
  for (const screen of [...screens, 'models/run--once', 'latent/run--once', 'settings']) {
    await app.show(new URL(`#/${screen}`, page.url()).href)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await page.waitForLoadState('networkidle')
    for (const width of [1440, 900, 420]) {
      await page.setViewportSize({ width, height: 900 })
      await expect(messages(page).getByRole('alert').first()).toBeInViewport()
      // Messages find their place when the page has been laid out for its new width.
      await expect.poll(() => covered(page), `${screen} at ${width} px`).toEqual([])
    }
  }
  // What has failed and succeeds is told of no longer.
  await makeImages(join(app.files, 'lost'), 8)
  await app.show(new URL('#/datasets/lost', page.url()).href)
  await importAgain(page)
  await expect(messages(page).getByRole('alert')).toHaveCount(1)
})

async function importAgain(page: Page): Promise<void> {
  await more(page, 'Import again…')
  await page.getByRole('dialog').getByRole('button', { name: 'Import again' }).click()
}

/** A message that stays, whatever screen is shown. */
async function failToImportAgain(app: Hourglass, name: string): Promise<void> {
  const folder = await makeImages(join(app.files, name), 8)
  await app.page.getByRole('link', { name: 'Start', exact: true }).click()
  await app.chooseFolder('Open folder…', name)
  await importChosen(app.page)
  await rm(folder, { recursive: true })
  await importAgain(app.page)
  await expect(messages(app.page).getByRole('alert').filter({ hasText: name })).toBeVisible()
}

/** Names of what can be pressed and lies below a message. */
async function covered(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const boxes = [...document.querySelectorAll('.toast')].map((toast) => toast.getBoundingClientRect())
    const pressed = [
      ...document.querySelectorAll<HTMLElement>('a, button, input, select, textarea, [tabindex="0"]'),
    ]
    const isBelow = (element: HTMLElement) => {
      const { left, top, right, bottom, width } = element.getBoundingClientRect()
      return (
        width > 0 &&
        boxes.some((box) => left < box.right && right > box.left && top < box.bottom && bottom > box.top)
      )
    }
    return pressed
      .filter((element) => !element.closest('.toasts') && element.checkVisibility() && isBelow(element))
      .map((element) => element.ariaLabel ?? element.innerText)
  })
}

test('help tells of the screen, its keys and the terms', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await page.getByRole('link', { name: 'Latent space', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Help: Latent space' })
  await expect(help).toContainText('Each point is an image')
  await expect(help.getByText('Undo what was deleted or cleared just now')).toBeVisible()
  await help.getByRole('button', { name: /is 24 dB good/ }).click()
  await expect(help).toContainText('the mean image')
  const search = help.getByRole('textbox', { name: 'Search the glossary' })
  await search.fill('sigma')
  await expect(help.getByRole('term').filter({ hasText: 'Sigma' })).toBeVisible()
  await expect(help.getByRole('term').filter({ hasText: 'UMAP' })).toHaveCount(0)
  // In a field it is a sign like any other.
  await search.press('?')
  await expect(search).toHaveValue('sigma?')
  await page.keyboard.press('Escape')
  await expect(help).toHaveCount(0)

  await page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await page.getByRole('button', { name: 'Help', exact: true }).click()
  const ofDenoise = page.getByRole('dialog', { name: 'Help: Denoise' })
  await expect(ofDenoise.getByText('Undo a change of the controls')).toBeVisible()
  await ofDenoise.getByRole('button', { name: 'Close the help' }).click()
  await expect(page.getByRole('button', { name: 'Help', exact: true })).toBeFocused()
})

test('everything is found by name, from the keyboard alone', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  const find = page.getByRole('dialog', { name: 'Find by name' })
  const box = find.getByRole('combobox')
  const option = (name: string | RegExp) => find.getByRole('option', { name })

  await page.keyboard.press('Control+k')
  await expect(box).toBeFocused()
  await box.fill('onc')
  await expect(option(/^Once/).first()).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Once' })).toBeVisible()
  await expect(find).toHaveCount(0)

  await page.getByRole('button', { name: 'Find', exact: true }).click()
  await box.fill('start training sha')
  await expect(option('Start training on shapes Action')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Start training' })).toBeVisible()

  await page.keyboard.press('Control+k')
  await box.fill('theme')
  await expect(find.getByRole('option')).toHaveCount(3)
  // Of names that fit alike the shortest comes first.
  await expect(option(/dark theme/)).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowDown')
  await expect(option(/light theme/)).toHaveAttribute('aria-selected', 'true')
  await expect(box).toHaveAttribute('aria-activedescendant', /theme-light$/)
  await page.keyboard.press('ArrowUp')
  await expect(option(/dark theme/)).toHaveAttribute('aria-selected', 'true')
  await expect(box).toHaveAttribute('aria-activedescendant', /theme-dark$/)
  await page.keyboard.press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')

  await page.keyboard.press('Control+k')
  await box.fill('qqqq')
  await expect(find.getByText('Nothing is called that.')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(box).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(find).toHaveCount(0)

  await page.keyboard.press('Control+k')
  await box.fill('help')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: /^Help:/ })).toBeVisible()
})
