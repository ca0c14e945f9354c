import type { ErrorMessage } from '../../shared/errors'
import type { ModelSpec } from '../../shared/modelSpec'
import type { RuntimeName } from '../../shared/trainingConfig'

export interface RuntimeDescription {
  readonly runtime: RuntimeName
  /** Of the native library; null where it is missing, or was not loaded for a brief answer. */
  readonly version: string | null
  readonly devices: readonly { readonly id: string; readonly name: string; readonly isGpu: boolean }[]
  /** Why it is missing and what would help. */
  readonly reason: string | null
}

/** Where to compute; without a runtime the best one there is. */
export interface ComputeTarget {
  readonly runtime?: RuntimeName
  readonly device?: string
}

/** A model as it lies on disk. */
export interface ModelFiles {
  readonly spec: ModelSpec
  /** Path of a safetensors file with a model's own weights: a checkpoint or weights.safetensors. */
  readonly weights: string
}

export interface ProgressEvent {
  readonly type: 'progress'
  readonly done: number
  readonly total: number
}

/** Values of the shared word by which a task is asked to end; it is read between batches. */
export const controls = { continue: 0, pause: 1, stop: 2 } as const

/** Words that a task and its client share: what is asked of it (`controls`), and how many of its events were handled. */
export const sharedWords = { request: 0, handled: 1 } as const

export interface RequestMessage {
  readonly id: number
  readonly task: string
  readonly params: unknown
  /** An int32 for each of `sharedWords`. */
  readonly control: SharedArrayBuffer
}

export type ReplyMessage =
  | { readonly id: number; readonly kind: 'event'; readonly event: unknown }
  /** The request to end was seen. */
  | { readonly id: number; readonly kind: 'ending' }
  | { readonly id: number; readonly kind: 'result'; readonly result: unknown }
  | { readonly id: number; readonly kind: 'error'; readonly error: ErrorMessage }
