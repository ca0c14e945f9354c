import { defineConfig } from '@playwright/test'
import { findChromium } from '../../src/main/setup/chromium.mjs'
import { realElectron } from './support/electronApp'
import type { HostOption } from './support/hourglassTest'

if (!realElectron() && !process.env.TEST_WORKER_INDEX)
  console.log(
    'Left out: the same tests in Electron itself, whose binary is not here. The stand-in runs them.',
  )

/**
 * On tests of the page and of services, which are the same in each host: the stand-in leaves them to the served app. It runs
 * those in which the host has a part: starting and ending, dialogs, the clipboard, the worker's death, the way from a
 * folder to a model.
 */
const pageOnly = /@page/

/**
 * A spare renderer for each page is a process that no test uses. The others are those that Playwright turns off: of two lists
 * Chromium takes the last one.
 */
const withoutFeatures = [
  'SpareRendererForSitePerProcess',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'MediaRouter',
  'OptimizationHints',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
]

/**
 * The same tests over each host of the app: the served app in Chromium, and the built Electron main and preload in the
 * stand-in, whose windows are pages of that Chromium too.
 */
export default defineConfig<HostOption>({
  testDir: '.',
  outputDir: '../../out/e2e',
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // Training, server and browser share the cores of one test; a second one beside it starves the browser of frames.
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  reporter: process.env.HOURGLASS_E2E_REPORT
    ? [['line'], ['json', { outputFile: process.env.HOURGLASS_E2E_REPORT }]]
    : [['list']],
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    viewport: { width: 1280, height: 860 },
    // Without a GPU every frame of an animation is drawn by the cores that compute.
    contextOptions: { reducedMotion: 'reduce' },
    // It takes a tenth of what a test takes. HOURGLASS_E2E_TRACE=1 asks for it.
    trace: process.env.HOURGLASS_E2E_TRACE ? 'retain-on-failure' : 'off',
    launchOptions: {
      executablePath: findChromium() ?? undefined,
      args: [
        '--no-sandbox',
        `--disable-features=${withoutFeatures.join()}`,
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  projects: [
    { name: 'served', testIgnore: 'electron/**', use: { host: 'served' } },
    { name: 'electron stand-in', testIgnore: 'served/**', grepInvert: pageOnly, use: { host: 'standIn' } },
    // The shell's own tests ask the stand-in what the system was shown.
    ...(realElectron()
      ? [{ name: 'electron', testIgnore: ['served/**', 'electron/**'], use: { host: 'electron' as const } }]
      : []),
  ],
})
