import { open, stat } from 'node:fs/promises'
import { type EpochMetrics, epochMetricsSchema } from '../../shared/run'
import { runFiles } from './runStore'

/** The epochs of a run that somebody trains, read as they are added: only what is new is read. */
export class MetricsTail {
  private epochs: EpochMetrics[] = []
  private offset = 0
  private inode = -1

  constructor(private readonly run: string) {}

  /** Reads on. A file that became another one, as when a run is taken back to a checkpoint, is read from its beginning. */
  async read(): Promise<readonly EpochMetrics[]> {
    const path = runFiles.metrics(this.run)
    const stats = await stat(path).catch(() => null)
    if (!stats) return (this.epochs = [])
    if (stats.ino !== this.inode || stats.size < this.offset) {
      Object.assign(this, { epochs: [], offset: 0, inode: stats.ino })
    }
    if (stats.size > this.offset) await this.readFrom(path, stats.size)
    return this.epochs
  }

  private async readFrom(path: string, size: number): Promise<void> {
    const file = await open(path, 'r')
    try {
      const buffer = Buffer.alloc(size - this.offset)
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.offset)
      const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1
      this.offset += end
      const added = buffer.toString('utf8', 0, end).split('\n').flatMap(parseLine)
      // A new array, since the old one may be on its way to a window.
      if (added.length > 0) this.epochs = [...this.epochs, ...added]
    } finally {
      await file.close()
    }
  }
}

function parseLine(line: string): EpochMetrics[] {
  if (line === '') return []
  try {
    const parsed = epochMetricsSchema.safeParse(JSON.parse(line))
    return parsed.success ? [parsed.data] : []
  } catch {
    return [] // Cut off by a crash.
  }
}
