import { describe, expect, it } from 'vitest'
import type { App } from '../../../src/main/app/createApp'
import { timeWords, workUnderWay } from '../../../src/main/electron/workUnderWay'
import type { Job } from '../../../src/shared/api/jobs'
import type { RunProgress } from '../../../src/shared/api/library'
import { textsIn } from '../../../src/shared/texts'

const { desktop, shell } = textsIn('en')
const texts = { ...desktop, job: shell.job, translated: (english: string) => english }

interface Doing {
  readonly trains?: Partial<RunProgress> | null
  readonly saves?: boolean
  readonly jobs?: readonly Partial<Job>[]
}

/** As much of the app as is looked at; what is stopped is written down. */
function appThat({ trains, saves = false, jobs = [] }: Doing) {
  const stopped: string[] = []
  const app = {
    training: {
      current: trains === undefined ? null : 'id',
      stop: async (id: string) => void stopped.push(id),
    },
    runs: { summary: () => ({ name: 'Long' }), progressOf: () => trains ?? null },
    denoising: {
      isSaving: saves,
      state: () => ({ batch: { done: 3, failed: 1, total: 8, share: 0.4 } }),
      stop: () => void stopped.push('saving'),
    },
    jobs: { listing: () => ({ items: jobs }), cancel: (id: string) => void stopped.push(id) },
  }
  return { app: app as unknown as App, stopped }
}

const halfWay = {
  phase: 'training',
  epoch: 3,
  epochs: 4,
  batch: 0,
  batches: 10,
  timeLeftMs: 130_000,
} as const
const table = {
  id: 'job',
  kind: 'train-table',
  subject: 'prices',
  state: 'running',
  done: 1,
  total: 8,
} as const

describe('what works behind a closed window', () => {
  it.each([
    [{ trains: halfWay }, 'training', 0.5, 'Long: epoch 3 of 4, 2 min left', 'id'],
    [{ trains: { ...halfWay, phase: 'preparing' } }, 'training', null, 'Long is about to train', 'id'],
    [{ trains: null }, 'training', null, 'Long is about to train', 'id'],
    [{ saves: true, jobs: [table] }, 'saving', 0.4, 'Saving pictures: 4 of 8 are done', 'saving'],
    [{ jobs: [table] }, 'job', 0.125, 'Training on prices: 12 %', 'job'],
    [{ jobs: [{ ...table, state: 'waiting', total: 0 }] }, 'job', null, 'Training on prices', 'job'],
  ] as const)('is named, and can be stopped: %j', (doing, kind, share, line, id) => {
    const { app, stopped } = appThat(doing)
    const work = workUnderWay(app, texts)
    expect(work).toMatchObject({ kind, share, line })
    work!.stop()
    expect(stopped).toEqual([id])
  })

  it('is nothing where jobs are over, or only answer what a screen has asked', () => {
    const jobs = [
      { ...table, state: 'done' },
      { ...table, kind: 'map' },
    ] as const
    expect(workUnderWay(appThat({ jobs }).app, texts)).toBeNull()
  })
})

it('says times in steps that a menu can show', () => {
  expect([0, 20_000, 31_000, 3_600_000, 7_500_000].map(timeWords)).toEqual([
    '< 1 min',
    '< 1 min',
    '1 min',
    '1 h',
    '2 h 5 min',
  ])
})
