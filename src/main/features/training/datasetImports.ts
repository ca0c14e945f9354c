import type { Job } from '../../../shared/api/jobs'
import { ExpectedError } from '../../../shared/errors'
import type { DatasetService } from '../datasets/datasetService'
import type { EventBus } from '../../base/eventBus'
import type { JobService } from '../../base/jobService'

export interface EndedImport {
  readonly dataset: string
  /** Null where the dataset can be read; else why not. `cancelled`: a person did not want it any more. */
  readonly failure: 'cancelled' | { readonly sentence: string } | null
}

/** What a queue of runs wants to know of the imports that this process makes. */
export class DatasetImports {
  constructor(
    private readonly datasets: DatasetService,
    private readonly jobs: JobService,
    private readonly events: EventBus,
  ) {}

  /** Whether its images are being read now, for the first time or again. */
  isUnderWay(dataset: string): boolean {
    return this.jobs.listing().items.some((job) => job.datasetId === dataset && !hasEnded(job))
  }

  /** Its name while it is made for the first time; null otherwise. */
  nameOfNew(dataset: string): string | null {
    const summary = this.datasets.summary(dataset)
    return summary?.state === 'importing' && this.isUnderWay(dataset) ? summary.name : null
  }

  /** @throws ExpectedError with the sentence of an import that has failed already, and left no dataset */
  refuseFailed(dataset: string): void {
    if (this.datasets.summary(dataset)) return
    const job = this.jobs.listing().items.findLast(({ datasetId }) => datasetId === dataset)
    if (job?.state === 'failed' && job.error !== null) throw new ExpectedError('bad-input', job.error)
  }

  /** Returns the function that stops listening. */
  onEnded(listen: (ended: EndedImport) => void): () => void {
    return this.events.on('jobs.changed', ({ changed }) => {
      for (const job of changed) {
        if (job.datasetId === null || !hasEnded(job)) continue
        // An import that fails takes back the dataset that it was to make.
        const isThere = this.datasets.summary(job.datasetId) !== undefined
        const sentence = job.error ?? 'The import failed.'
        const failure = isThere ? null : job.state === 'cancelled' ? 'cancelled' : { sentence }
        listen({ dataset: job.datasetId, failure })
      }
    })
  }
}

const hasEnded = ({ state }: Job) => state === 'done' || state === 'failed' || state === 'cancelled'
