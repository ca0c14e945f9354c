import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { DetectorHandle } from './detectorHandle'

/** Detectors hold a model and the codes of normal images in memory. */
const kept = 2

/** The few detectors that are being looked at stay open; one whose folder is watched stays until that ends. */
export class OpenDetectors {
  private readonly open = new Map<string, DetectorHandle>()
  private readonly held = new Set<string>()

  get(search: string): DetectorHandle | undefined {
    const found = this.open.get(search)
    if (found) {
      // The latest used last, so that the first one is the one to close.
      this.open.delete(search)
      this.open.set(search, found)
    }
    return found
  }

  /** @throws ExpectedError where it is not open */
  expect(search: string): DetectorHandle {
    const found = this.get(search)
    if (found) return found
    throw new ExpectedError('not-found', sentence('anomalies.modelClosed'))
  }

  async add(search: string, detector: DetectorHandle): Promise<void> {
    await this.forget(search)
    this.open.set(search, detector)
    const idle = [...this.open.keys()].filter((id) => !this.held.has(id))
    for (const id of idle.slice(0, Math.max(0, idle.length - kept))) await this.forget(id)
  }

  hold(search: string): void {
    this.held.add(search)
  }

  release(search: string): void {
    this.held.delete(search)
  }

  async forget(search: string): Promise<void> {
    const detector = this.open.get(search)
    this.open.delete(search)
    await detector?.close()
  }

  async close(): Promise<void> {
    for (const id of [...this.open.keys()]) await this.forget(id)
  }
}
