import { defineConfig } from '@playwright/test'
import e2e from '../e2e/playwright.config'

/** `npm run bench -- app`: one measurement after the other, on a machine that does nothing else. */
export default defineConfig({
  ...e2e,
  // A trace is itself work for the page.
  use: { ...e2e.use, trace: 'off' },
  testDir: '.',
  outputDir: '../../out/bench',
  timeout: 600_000,
  workers: 1,
  fullyParallel: false,
  retries: 0,
  reporter: [['./figuresReporter.ts']],
  projects: [{ name: 'served' }],
})
