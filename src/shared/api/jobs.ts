import { z } from 'zod'
import { command } from './command'
import type { Listing } from './events'

export const jobKinds = [
  'import',
  'sample',
  'measure',
  'setup-tensorflow',
  'move-library',
  'codes',
  'map',
  'clusters',
  'files',
  'anomalies',
  'compress',
  'decompress',
  'train-table',
] as const
export type JobKind = (typeof jobKinds)[number]

/**
 * Work that takes a while, other than training.
 *
 *     waiting ──▶ running ──▶ done | failed | cancelled
 */
export interface Job {
  readonly id: string
  readonly kind: JobKind
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  /** The dataset it makes, if it makes one. */
  readonly datasetId: string | null
  /** What is being worked on, such as a dataset's name. */
  readonly subject: string
  /** What it is doing now, such as `finding` or `reading` for an import. */
  readonly phase: string
  readonly done: number
  /** 0 while it is not known. */
  readonly total: number
  /** Items a second, or null where it cannot be said yet. */
  readonly rate: number | null
  readonly timeLeftMs: number | null
  /** Why it failed: a sentence for a person. */
  readonly error: string | null
}

export const jobCommands = {
  'jobs.list': command(z.strictObject({})).gives<Listing<Job>>(),
  'jobs.cancel': command(z.strictObject({ id: z.uuid('A job is named by its id.') })).gives<null>(),
} as const
