import type { EpochMetrics } from '../run'
import type { AnomalySearch, NoticedImage } from './anomalies'
import type { AppState, DeviceState } from './app'
import type { DenoisePicture, DenoiseState } from './denoising'
import type { Job } from './jobs'
import type { DatasetSummary, LogEntry, ModelSummary, RunProgress, RunSummary } from './library'
import type { Place } from './places'
import type { ShowcaseEnd, ShowcaseProgress } from './showcase'
import type { TablePoint, TableSummary } from './tables'
import type { TrainingState } from './training'

/** Entries that are new or have changed, and ids that are gone. Revisions of a kind only grow. */
export interface Changes<T> {
  readonly revision: number
  readonly changed: readonly T[]
  readonly removed: readonly string[]
}

/** A whole list and the revision it stands at: changes up to it are in it. */
export interface Listing<T> {
  readonly revision: number
  readonly items: readonly T[]
}

export const screens = [
  'start',
  'denoise',
  'datasets',
  'train',
  'runs',
  'models',
  'latent',
  'odd',
  'settings',
] as const
export type Screen = (typeof screens)[number]

/** What a window shows over its screen: help on it, or everything by name. */
export type Panel = 'help' | 'find'

/** What the app tells its windows. State changes are never dropped; progress comes at most every 100 ms. */
export interface Events {
  'app.changed': AppState
  'devices.changed': DeviceState
  'datasets.changed': Changes<DatasetSummary>
  'runs.changed': Changes<RunSummary>
  'models.changed': Changes<ModelSummary>
  'jobs.changed': Changes<Job>
  'training.changed': TrainingState
  'training.progressed': { readonly run: string; readonly progress: RunProgress }
  /** An epoch is over and its snapshot, if it has one, can be read. */
  'training.epochEnded': {
    readonly run: string
    readonly metrics: EpochMetrics
    readonly hasSnapshot: boolean
  }
  /** There is a snapshot of the time before its first epoch. */
  'training.pictured': { readonly run: string }
  'training.logged': { readonly run: string; readonly entry: LogEntry }
  'denoise.changed': Changes<DenoisePicture>
  'denoise.stateChanged': DenoiseState
  /** More of a picture that is looked at is there. */
  'denoise.restored': { readonly id: string }
  'anomalies.changed': Changes<AnomalySearch>
  /** An image came into a watched folder and was scored. */
  'anomalies.noticed': { readonly search: string; readonly image: NoticedImage }
  'tables.changed': Changes<TableSummary>
  /** A training on a table or on ratings has come to the end of an epoch. */
  'tables.progressed': { readonly id: string; readonly point: TablePoint }
  'showcase.progressed': ShowcaseProgress
  'showcase.ended': ShowcaseEnd
  /** Files or folders were handed over: dropped on the icon, opened with the app, or by a second start. */
  'places.opened': { readonly places: readonly Place[] }
  /** Of the menu. */
  'screen.asked': { readonly screen: Screen }
  'panel.asked': { readonly panel: Panel }
}

export type EventName = keyof Events
