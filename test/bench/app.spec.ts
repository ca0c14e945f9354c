import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, type Page } from '@playwright/test'
import { makeImages } from '../e2e/support/images'
import { serve, type ServedApp } from '../e2e/support/servedApp'
import { importChosen, startTraining } from '../e2e/support/steps'
import { root } from '../support/requirements'
import { eventLoopDelayP99, frameTimes, Inspector, pageBytes, quantile, report } from './support'

interface Fixtures {
  folder: string
  app: ServedApp
}
const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs out of this pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'hourglass-bench-'))
    await mkdir(join(folder, 'files'))
    await use(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  },
  app: async ({ folder, page }, use) => {
    const options = {
      home: join(folder, 'home'),
      roots: [join(folder, 'files')],
      nodeOptions: ['--inspect=127.0.0.1:0'],
    }
    const app = await serve(options)
    await page.goto(app.address)
    await use(app)
    await app.stop()
  },
})

const sample = { name: 'Sample', dataset: '/#/datasets/sample' }

async function makeSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try a sample…' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Digits and letters/ })
    .click()
  await page.getByRole('grid').waitFor()
}

test('starting', async ({ folder }, info) => {
  const times: number[] = []
  for (let i = 0; i < 5; i++) {
    const startedAt = performance.now()
    const app = await serve({ home: join(folder, 'home'), roots: [folder] })
    const answer = await fetch(app.address)
    await answer.text()
    times.push(performance.now() - startedAt)
    await app.stop()
  }
  const median = quantile(times, 0.5)
  report(info, 'served app answers, after node starts', `${median.toFixed(0)} ms`, '< 1000 ms', median < 1000)
})

test('while it trains at full speed', async ({ app, page }, info) => {
  await makeSample(page)
  const inspector = await Inspector.attach(app)
  await startTraining(page, { epochs: 100_000, name: 'Fast' })
  await page
    .getByRole('img', { name: /reconstructed after epoch/ })
    .first()
    .waitFor()

  const delay = await eventLoopDelayP99(inspector, () => page.waitForTimeout(8000))
  report(
    info,
    'main process: event-loop delay, p99, while training',
    `${delay.toFixed(1)} ms`,
    '< 50 ms',
    delay < 50,
  )

  const chart = await frameTimes(page, () => page.waitForTimeout(6000))
  const chartP95 = quantile(chart, 0.95)
  report(info, 'page: frame, p95, while charts update', `${chartP95.toFixed(1)} ms`, '< 20 ms', chartP95 < 20)

  await page.goto(new URL(sample.dataset, page.url()).href)
  const grid = page.getByRole('grid')
  await grid.hover()
  const scroll = await frameTimes(page, async () => {
    for (let i = 0; i < 60; i++) {
      await page.mouse.wheel(0, 160)
      await page.waitForTimeout(50)
    }
  })
  const scrollP95 = quantile(scroll, 0.95)
  report(
    info,
    'page: frame, p95, while the grid scrolls',
    `${scrollP95.toFixed(1)} ms`,
    '< 20 ms',
    scrollP95 < 20,
  )

  await page.getByRole('link', { name: 'Fast', exact: true }).click()
  await page.getByRole('main').getByRole('button', { name: 'Pause' }).waitFor()
  const pause = await timed(page, 'Pause', 'Paused')
  report(info, 'from Pause to paused and saved', `${pause.toFixed(0)} ms`, '< 200 ms', pause < 200)
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor()
  await page.waitForTimeout(500)
  const stop = await timed(page, 'Stop', 'Stopped')
  report(info, 'from Stop to stopped and saved', `${stop.toFixed(0)} ms`, '< 200 ms', stop < 200)
  inspector.close()
})

test('ten thousand epochs', async ({ app, folder, page }, info) => {
  await makeImages(join(folder, 'files', 'few'), 24)
  await page.getByRole('button', { name: 'Open folder…' }).click()
  await page.getByRole('checkbox', { name: 'few' }).check()
  await page.getByRole('button', { name: /^Choose/ }).click()
  await importChosen(page)
  await page.getByRole('button', { name: 'Train on this' }).click()
  await page.getByRole('button', { name: /^Start from a preset/ }).click()
  await page.getByRole('button', { name: /The smallest/ }).click()
  await page.getByRole('radio', { name: 'Epochs' }).click()
  await page.getByRole('spinbutton', { name: 'Epochs', exact: true }).fill('10000')
  await page.getByRole('button', { name: 'Start training' }).click()
  await page.getByRole('main').getByText('Done', { exact: true }).waitFor({ timeout: 550_000 })
  const session = await page.context().newCDPSession(page)
  const megabytes = (await pageBytes(session)) / 1e6
  const resident = await pageResidentBytes(page)
  report(
    info,
    'page after a run of 10,000 epochs: heap and buffers',
    `${megabytes.toFixed(0)} MB`,
    '< 400 MB',
    megabytes < 400,
  )
  report(
    info,
    'page after a run of 10,000 epochs: its process',
    `${(resident / 1e6).toFixed(0)} MB`,
    '< 400 MB',
    resident < 400e6,
  )
  void app
})

test('as fast as the command line', async ({ app, folder, page }, info) => {
  await makeSample(page)
  const ratios: number[] = []
  for (let turn = 0; turn < 5; turn++) {
    const name = `Turn ${turn}`
    await page.goto(new URL(sample.dataset, page.url()).href)
    await startTraining(page, { epochs: 60, name })
    await page.getByRole('main').getByText('Done', { exact: true }).waitFor({ timeout: 120_000 })
    const inApp = await speedOf(join(folder, 'home', 'library', 'runs', `turn-${turn}`))
    const run = join(folder, `cli-${turn}`)
    const args = [
      'train',
      join(folder, 'home', 'library', 'datasets', 'sample'),
      '--out',
      run,
      '--epochs',
      '60',
      '--quiet',
    ]
    spawnSync(process.execPath, [join(root, 'out/main/cli.js'), ...args], {
      env: { ...process.env, HOURGLASS_LIBRARY: 'none' },
    })
    ratios.push(inApp / (await speedOf(run)))
  }
  const ratio = quantile(ratios, 0.5)
  report(
    info,
    'training in the app, as a share of the command line’s speed',
    ratio.toFixed(3),
    '> 0.95',
    ratio > 0.95,
  )
  void app
})

/** Median over the epochs, images a second; from end to end of an epoch, what is done between two of them included. */
async function speedOf(run: string): Promise<number> {
  const { readFile } = await import('node:fs/promises')
  const lines = (await readFile(join(run, 'metrics.jsonl'), 'utf8')).trim().split('\n')
  const elapsed = lines.map((line) => (JSON.parse(line) as { elapsedMs: number }).elapsedMs)
  const epochs = elapsed.slice(1).map((at, i) => at - elapsed[i]!)
  return 1000 / quantile(epochs, 0.5)
}

async function timed(page: Page, button: string, state: string): Promise<number> {
  const seen = page.evaluate(
    ([press, wanted]) =>
      new Promise<number>((resolve) => {
        // Asked anew each time: a screen that fades out still has its own.
        const inMain = (what: string) => [...document.querySelectorAll(`main ${what}`)]
        const isShown = () => inMain('.chip').some((chip) => chip.textContent?.trim() === wanted)
        const target = inMain('button').find((other) => other.textContent?.trim() === press) as HTMLElement
        const startedAt = performance.now()
        const observer = new MutationObserver(() => {
          if (!isShown()) return
          observer.disconnect()
          resolve(performance.now() - startedAt)
        })
        observer.observe(document.body, { subtree: true, childList: true, characterData: true })
        target.click()
      }),
    [button, state] as const,
  )
  return seen
}

async function pageResidentBytes(page: Page): Promise<number> {
  const browser = await page.context().browser()!.newBrowserCDPSession()
  const { processInfo } = (await browser.send('SystemInfo.getProcessInfo')) as {
    processInfo: { type: string; id: number }[]
  }
  const { readFile } = await import('node:fs/promises')
  const sizes = await Promise.all(
    processInfo
      .filter(({ type }) => type === 'renderer')
      .map(async ({ id }) => {
        const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '')
        return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0)
      }),
  )
  return Math.max(...sizes)
}
