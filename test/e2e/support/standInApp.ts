import type { Page } from '@playwright/test'
import type { OpenedApp, OpenOptions } from './hourglassTest'

export async function openInStandIn(_options: OpenOptions, _page: Page): Promise<OpenedApp> {
  throw new Error('not yet')
}
