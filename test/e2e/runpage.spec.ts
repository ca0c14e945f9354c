import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { currentProcess } from '../../src/main/store/processIdentity'
import { trainingConfigSchema } from '../../src/shared/trainingConfig'
import { bestPsnr, changeRun, configOf, runFolder } from './support/runFixtures'
import { expect, type Hourglass, test } from './support/hourglassTest'
import { openRun, startTraining } from './support/steps'

test.use({ begins: 'trained' })

/** With baselines so far from what the run reached, in dB. */
async function compareWith(app: Hourglass, { mean, pca }: { mean: number; pca: number }): Promise<void> {
  const best = await bestPsnr(app.home, 'once')
  const baselines = { mean: best + mean, pca: { psnr: best + pca, components: 49 } }
  await changeRun(app.home, 'once', { baselines })
}

test(
  'a good result is told by PCA and the mean image of the same images',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await compareWith(app, { mean: -6, pca: -1.8 })
    await openRun(page, 'Once')
    const result = page.getByRole('region', { name: 'Result' })
    await expect(result.getByText('Better than PCA by 1.8 dB')).toBeVisible()
    await expect(page.getByRole('main').getByText('Done', { exact: true })).toBeVisible()
    const scale = result.getByRole('list', {
      name: 'PSNR of this model beside simple ways, on the same images',
    })
    await expect(scale.getByRole('listitem')).toHaveText([
      /^Mean image/,
      /^PCA, 49 components/,
      /^This model/,
    ])
    await expect(result.getByRole('button', { name: /^Train longer/ })).toHaveCount(0)
    await expect(page.getByRole('img', { name: /^The PSNR of held-back images/ })).toHaveAccessibleName(
      /Mean image [\d.]+ dB\. For comparison: PCA [\d.]+ dB\.$/,
    )
    await result.getByRole('button', { name: /^What is PSNR, and is [\d.]+ dB good\?$/ }).click()
    await expect(result.getByText('That is a good result', { exact: false })).toBeVisible()
  },
)

test('one below PCA is trained longer by its button', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await compareWith(app, { mean: -6, pca: 30 })
  await openRun(page, 'Once')
  await expect(
    page.getByRole('main').getByText('Done, not yet better than PCA', { exact: true }),
  ).toBeVisible()
  await expect(page.getByText('Not yet better than PCA, by 30.0 dB: train longer.')).toBeVisible()
  await page.getByRole('button', { name: 'Train longer: 24 epochs in all' }).click()
  await expect(page.getByRole('log')).toContainText('Going on after epoch 12 of 24')
})

test('one with a budget starts again with the next larger one', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await compareWith(app, { mean: -6, pca: 30 })
  const { config } = await configOf(app.home, 'once')
  await changeRun(app.home, 'once', { config: { ...config, budgetMs: 60_000 } })
  await openRun(page, 'Once')
  await page.getByRole('button', { name: 'Train longer: start again with 10 min' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Once, 10 min' })).toBeVisible()
  expect((await configOf(app.home, 'once-10-min')).config.budgetMs).toBe(600_000)
})

test('one that learned nothing says so, everywhere', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await compareWith(app, { mean: -0.1, pca: 3 })
  await openRun(page, 'Once')
  const chip = page.getByRole('main').getByText('Done, learned nothing', { exact: true })
  await expect(chip).toBeVisible()
  await expect(
    page.getByText('It has learned nothing: the same picture for everything is as good.'),
  ).toBeVisible()
  for (const screen of ['Runs', 'Start']) {
    await page.getByRole('link', { name: screen, exact: true }).click()
    await expect(chip).toBeVisible()
  }
})

test(
  'what a run found in itself is mended by a button, while it trains',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await page.getByRole('link', { name: 'Datasets', exact: true }).click()
    await page.getByRole('link', { name: /shapes/ }).click()
    await startTraining(page, { epochs: 100_000, name: 'Wild' })
    await expect(page.getByRole('img', { name: /reconstructed after epoch/ }).first()).toBeVisible()
    const before = await configOf(app.home, 'wild')
    await changeRun(app.home, 'wild', { findings: [{ kind: 'collapsed', epoch: 1 }] })
    await expect(page.getByText('It gives back the same picture for everything.')).toBeVisible()
    await page.getByRole('button', { name: 'Start again with a lower learning rate' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Wild, lower learning rate' })).toBeVisible()
    const after = await configOf(app.home, 'wild-lower-learning-rate')
    expect(after.config.optimizer.learningRate).toBeLessThanOrEqual(before.config.optimizer.learningRate / 4)
    expect(after.config.schedule).toMatchObject({ name: 'cosine' })
    expect((await configOf(app.home, 'wild')).state).toBe('stopped')
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await expect(page.getByRole('main').getByText('Stopped', { exact: true })).toBeVisible()
  },
)

test('a run that diverged starts again from its error', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  const { config } = await configOf(app.home, 'once')
  await changeRun(app.home, 'once', {
    state: 'failed',
    error: 'The loss is no longer a number in epoch 13: training has diverged. Start again.',
    findings: [
      { kind: 'diverged', epoch: 13 },
      { kind: 'images-equal', epoch: 0 },
    ],
    config: { ...config, epochs: 3, optimizer: { ...config.optimizer, learningRate: 100 } },
  })
  await openRun(page, 'Once')
  await expect(page.getByText('All images are the same', { exact: false })).toBeVisible()
  const again = page.getByRole('button', { name: /^Start again/ })
  await expect(again).toHaveCount(1)
  await again.click()
  await expect(page.getByRole('heading', { level: 1, name: 'Once, lower learning rate' })).toBeVisible()
  const mended = await configOf(app.home, 'once-lower-learning-rate')
  expect(mended.config.optimizer.learningRate).toBe(0.003)
})

test(
  'before its first step a run shows its images and that it is preparing',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    // A run of another process, which is this test: it has begun, and made no step yet.
    const once = JSON.parse(await readFile(join(runFolder(app.home, 'once'), 'run.json'), 'utf8')) as object
    const folder = runFolder(app.home, 'early')
    await mkdir(folder)
    const config = trainingConfigSchema.parse({ budgetMs: 60_000 })
    const early = { ...once, config, state: 'training', owner: currentProcess() }
    await writeFile(join(folder, 'run.json'), JSON.stringify(early))
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    await page.getByRole('main').getByRole('link', { name: 'early', exact: true }).click()
    await expect(page.getByText(/^Preparing: Hourglass finds out/)).toBeVisible()
    await expect(page.getByText('Choosing what computes fastest…')).toBeVisible()
    await expect(page.getByText('The first epoch is not over yet.')).toHaveCount(0)
    const bar = page.getByRole('progressbar', { name: 'Progress of the training' })
    await expect(bar).toBeVisible()
    await expect(bar).not.toHaveAttribute('aria-valuenow')
    await expect(
      page.getByRole('region', { name: 'What it learns from' }).getByRole('img').first(),
    ).toBeVisible()

    // Its first epoch is over: now its time is told.
    const [line] = (await readFile(join(runFolder(app.home, 'once'), 'metrics.jsonl'), 'utf8')).split('\n')
    const first = { ...(JSON.parse(line!) as object), elapsedMs: 32_000 }
    await writeFile(join(folder, 'metrics.jsonl'), `${JSON.stringify(first)}\n`)
    await writeFile(
      join(folder, 'run.json'),
      JSON.stringify({ ...early, updatedAt: new Date().toISOString() }),
    )
    await expect(page.getByText('32 s of about 1 min')).toBeVisible()
    await expect(page.getByText('ONNX Runtime on the processor')).toBeVisible()
    await expect(bar).toHaveAttribute('aria-valuenow', '533')
    await rm(folder, { recursive: true })
  },
)

test(
  'the reconstructions of another run are shown when one goes from run to run',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await openRun(page, 'Once')
    const shown = page.getByRole('img', { name: 'Image 1, reconstructed after epoch 12', exact: true })
    await expect(shown).toBeVisible()
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Repeat with changes…' }).click()
    await page.getByRole('button', { name: 'Start training' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Once, again' })).toBeVisible()
    await expect(shown).toBeVisible()
    // Both have as many epochs.
    await app.show(new URL('#/runs/once', page.url()).href)
    await expect(page.getByRole('heading', { level: 1, name: 'Once', exact: true })).toBeVisible()
    await expect(shown).toBeVisible()
  },
)

test('cards fill their rows at any width', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await compareWith(app, { mean: -6, pca: -1 })
  await app.show(new URL('#/runs/once', page.url()).href)
  await expect(page.getByRole('region', { name: 'First layer’s weights' })).toBeVisible()
  for (const width of [1440, 1280, 900, 420]) {
    await page.setViewportSize({ width, height: 900 })
    const edges = () =>
      page.evaluate(() => {
        const boxes = [...document.querySelectorAll('main section.card')].map((card) =>
          card.getBoundingClientRect(),
        )
        const rows = new Map<number, number>()
        for (const { top, right } of boxes)
          rows.set(Math.round(top), Math.max(rows.get(Math.round(top)) ?? 0, Math.round(right)))
        return new Set(rows.values()).size
      })
    await expect.poll(edges, { message: `${width} pixels` }).toBe(1)
  }
})
