import type { RunInfo } from '../../../shared/run'
import { writeRunInfo } from '../../store/runStore'
import type { TrainEvent } from './tasks/trainingTasks'
import packageJson from '../../../../package.json'

/** run.json of a run that trains: what its worker tells is written, one change after the other. */
export class RunRecord {
  /** Resolves once all that has been heard is written, and rejects when it could not be. */
  written: Promise<void> = Promise.resolve()

  constructor(
    private readonly run: string,
    public info: RunInfo,
  ) {}

  hear(event: TrainEvent): void {
    switch (event.type) {
      case 'started': {
        const { runtime, device, version } = event
        return this.note({
          state: 'training',
          runtime,
          device,
          versions: { ...versions(), [runtime]: version },
        })
      }
      case 'baselines':
        return this.note({ baselines: event.baselines })
      case 'finding':
        return this.note({ findings: [...this.info.findings, event.finding] })
      case 'progress':
      case 'epoch':
        return
    }
  }

  /** After whatever was heard before, whether or not that could be written. */
  async change(changes: Partial<RunInfo>): Promise<void> {
    await this.written.catch(() => undefined)
    this.info = { ...this.info, ...changes }
    await writeRunInfo(this.run, this.info)
  }

  private note(changes: Partial<RunInfo>): void {
    this.info = { ...this.info, ...changes }
    this.written = this.written.then(() => writeRunInfo(this.run, this.info))
    // Awaited after the training; a failure must not count as unhandled until then.
    this.written.catch(() => undefined)
  }
}

/** Of Hourglass and Node, for files that tell where they came from. */
export function versions(): Record<string, string> {
  return { hourglass: packageJson.version, node: process.versions.node }
}
