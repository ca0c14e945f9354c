import { open, stat } from 'node:fs/promises'
import { type EpochMetrics, epochMetricsSchema } from '../../shared/run'
import { ExpectedError } from '../../shared/errors'
import { explainFileError, fileErrorCode } from './fileErrors'
import { runFiles } from './runStore'
import { sentence } from '../../shared/texts/sentence'

/** What a list of runs tells of the epochs. */
export interface MetricsSummary {
  readonly epochs: number
  readonly best: EpochMetrics | null
  readonly last: EpochMetrics | null
}

const none: MetricsSummary = { epochs: 0, best: null, last: null }
const isBest = '"best":true'

/**
 * The end of a run's metrics, read on as epochs are added. Of what was there before the first look only the last and the
 * best epoch are parsed, so that a library of long runs opens at once and is not held in memory.
 */
export class MetricsTail {
  private summary = none
  private added: EpochMetrics[] = []
  private offset = 0
  private inode = -1
  private reading: Promise<unknown> = Promise.resolve()

  constructor(readonly run: string) {}

  /** Reads on. A file that became another one, as when a run is taken back to a checkpoint, is read from its beginning. */
  read(): Promise<MetricsSummary> {
    const next = this.reading.then(() => this.readOn())
    this.reading = next.catch(() => undefined)
    return next
  }

  /** Epochs that came after the first look and were not taken yet. */
  takeAdded(): readonly EpochMetrics[] {
    return this.added.splice(0)
  }

  private async readOn(): Promise<MetricsSummary> {
    const path = runFiles.metrics(this.run)
    const stats = await stat(path).catch((error: unknown) => {
      if (fileErrorCode(error) === 'ENOENT') return null
      throw explainFileError(error, path)
    })
    if (!stats) return (this.summary = none)
    const isAnother = stats.ino !== this.inode || stats.size < this.offset
    if (isAnother) Object.assign(this, { summary: none, added: [], offset: 0, inode: stats.ino })
    if (stats.size === this.offset) return this.summary
    try {
      const lines = await this.newLines(path, stats.size)
      if (isAnother) this.look(lines)
      else this.follow(lines)
    } catch (error) {
      this.inode = -1 // The next look begins anew.
      throw explainFileError(error, path)
    }
    return this.summary
  }

  /** Whole lines behind those that were read. */
  private async newLines(path: string, size: number): Promise<string[]> {
    const file = await open(path, 'r')
    try {
      const buffer = Buffer.alloc(size - this.offset)
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.offset)
      const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1
      this.offset += end
      return buffer.toString('utf8', 0, end).split('\n').filter(Boolean)
    } finally {
      await file.close()
    }
  }

  private look(lines: readonly string[]): void {
    const best = lines.findLast((line) => line.includes(isBest))
    this.summary = {
      epochs: lines.length,
      best: (best && parseLine(best)) || null,
      last: lastEpoch(lines),
    }
    if (lines.length > 0 && !this.summary.last) throw damagedMetrics(runFiles.metrics(this.run))
  }

  private follow(lines: readonly string[]): void {
    const epochs = lines.map(parseLine).filter((epoch) => epoch !== null)
    this.added.push(...epochs)
    this.summary = {
      epochs: this.summary.epochs + epochs.length,
      best: epochs.findLast(({ best }) => best) ?? this.summary.best,
      last: epochs.at(-1) ?? this.summary.last,
    }
  }
}

/** Lines behind it that cannot be read, as a crash may leave them, do not count. */
function lastEpoch(lines: readonly string[]): EpochMetrics | null {
  for (let i = lines.length - 1; i >= 0; i--) {
    const epoch = parseLine(lines[i]!)
    if (epoch) return epoch
  }
  return null
}

export function damagedMetrics(path: string): ExpectedError {
  return new ExpectedError('bad-input', sentence('store.metricsDamaged', { path }))
}

function parseLine(line: string): EpochMetrics | null {
  try {
    const parsed = epochMetricsSchema.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : null
  } catch {
    return null // Cut off by a crash.
  }
}
