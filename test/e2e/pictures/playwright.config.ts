import { defineConfig } from '@playwright/test'
import type { HostOption } from '../support/hourglassTest'
import tests from '../playwright.config'

/** `npm run pictures`: takes the pictures of the documents anew. It needs the built app, and some minutes. */
export default defineConfig<HostOption>({
  ...tests,
  testDir: '.',
  testMatch: ['takePictures.ts', 'takeReports.ts', 'takeTables.ts', 'takePairs.ts'],
  outputDir: '../../../out/pictures',
  timeout: 30 * 60_000,
  reporter: [['list']],
  projects: [
    {
      name: 'pictures',
      use: { ...tests.use, host: 'served', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
    },
  ],
})
