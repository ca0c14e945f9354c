import type { EpochMetrics, Finding, FindingKind } from '../../../shared/run'

/** What the model makes of some images, each the same after every epoch. */
export interface Look {
  /** Clean images, float32 in 0..1, and the model's output: images × values. */
  readonly clean: Float32Array
  readonly output: Float32Array
  /** images × numbers; null for a model without a code. */
  readonly code: Float32Array | null
  readonly images: number
  /** Whether the code ends in an activation with ends, such as a sigmoid's 0 and 1. */
  readonly codeRange: readonly [number, number] | null
}

/** Epochs that a run is given before its output is judged. */
const patienceEpochs = 3
/** Variance over images, as a share of the data's, below which all outputs are the same. */
const collapsedShare = 0.02
const equalVariance = 1e-8
/** A loss that jumps by this factor, so often among the latest epochs, is not falling. */
const jump = 1.25
const jumps = 3
const jumpEpochs = 8
/** The validation loss above its best by this factor, while the training loss has fallen by as much. */
const overfit = 1.15
const overfitEpochs = 4

/** Watches a run while it trains. Each kind of finding is told once. */
export class HealthWatch {
  private readonly told: Set<FindingKind>
  private readonly epochs: Pick<EpochMetrics, 'trainLoss' | 'valLoss'>[] = []

  /** @param told findings of the run before it was resumed */
  constructor(told: Iterable<FindingKind> = []) {
    this.told = new Set(told)
  }

  /** After an epoch. @returns what has not been told yet */
  hear(metrics: EpochMetrics, look: Look): Finding[] {
    this.epochs.push(metrics)
    const found: FindingKind[] = []
    const variance = varianceOverImages(look.clean, look.images)
    if (look.images > 1 && variance < equalVariance) found.push('images-equal')
    else if (look.images > 1 && this.epochs.length >= patienceEpochs) {
      if (varianceOverImages(look.output, look.images) < collapsedShare * variance) found.push('collapsed')
      if (look.code && isDead(look.code, look.images)) found.push('dead-units')
      if (look.code && look.codeRange && isSaturated(look.code, look.codeRange)) found.push('saturated')
    }
    if (isJumping(this.epochs.map(({ trainLoss }) => trainLoss))) found.push('rate-too-high')
    if (isOverfitting(this.epochs)) found.push('overfitting')
    const fresh = found.filter((kind) => !this.told.has(kind))
    for (const kind of fresh) this.told.add(kind)
    return fresh.map((kind) => ({ kind, epoch: metrics.epoch }))
  }
}

/** Mean over the values of their variance from image to image. */
export function varianceOverImages(values: Float32Array, images: number): number {
  const size = values.length / images
  let sum = 0
  for (let i = 0; i < size; i++) {
    let total = 0
    let squares = 0
    for (let at = i; at < values.length; at += size) {
      total += values[at]!
      squares += values[at]! ** 2
    }
    sum += Math.max(0, squares / images - (total / images) ** 2)
  }
  return sum / size
}

/** Whether more than half of the numbers are the same for all images, of those that the images could move at all. */
function isDead(code: Float32Array, images: number): boolean {
  const size = code.length / images
  let still = 0
  for (let i = 0; i < size; i++) {
    let isStill = true
    for (let at = i + size; at < code.length && isStill; at += size)
      isStill = Math.abs(code[at]! - code[i]!) < 1e-6
    if (isStill) still++
  }
  return still > size / 2
}

function isSaturated(code: Float32Array, [low, high]: readonly [number, number]): boolean {
  const margin = 0.01 * (high - low)
  let ends = 0
  for (const value of code) if (value < low + margin || value > high - margin) ends++
  return ends > 0.8 * code.length
}

function isJumping(losses: readonly number[]): boolean {
  const latest = losses.slice(-jumpEpochs)
  const ups = latest.filter((loss, i) => i > 0 && loss > jump * latest[i - 1]!).length
  const isFarAbove = latest.length > 2 && latest.slice(-2).every((loss) => loss > 2 * Math.min(...losses))
  return ups >= jumps || isFarAbove
}

function isOverfitting(epochs: readonly Pick<EpochMetrics, 'trainLoss' | 'valLoss'>[]): boolean {
  const last = epochs.at(-1)!
  if (last.valLoss === null) return false
  const best = epochs.reduce((least, epoch) => (epoch.valLoss! < least.valLoss! ? epoch : least))
  const since = epochs.length - 1 - epochs.indexOf(best)
  return (
    since >= overfitEpochs &&
    last.valLoss > overfit * best.valLoss! &&
    last.trainLoss * overfit < best.trainLoss
  )
}
