import type { Bridge } from '../../src/shared/api/bridge'

declare global {
  interface Window {
    readonly hourglass?: Bridge
  }
}
