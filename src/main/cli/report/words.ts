import { layerWidths } from '../../../shared/layerSizes'
import { codeSize, hasCode, type ModelSpec, type Tying } from '../../../shared/modelSpec'
import { formatNoise } from '../../../shared/noise'
import type { ReportData } from './reportData'

/** 12,345,678 */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Three significant digits, as small as errors are: 0.00817, 1.2e-5. */
export function formatError(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential(2) : String(Number(value.toPrecision(3)))
}

/** 42 s, 3 min 5 s, 2 h 10 min */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 1) return `${Math.round(ms)} ms`
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

/** 784 → 196 → 49 → 196 → 784 */
export function formatLayers(spec: ModelSpec): string {
  const encoder = layerWidths(spec)
  if (spec.network) return encoder.join(' → ')
  return [...encoder, ...encoder.slice(0, -1).reverse()].join(' → ')
}

const tyingWords: Record<Tying, string> = {
  tied: 'The decoder has no kernels of its own: each is the transpose of the encoder’s, one set of weights read twice.',
  untied: 'Encoder and decoder have kernels of their own.',
  copied:
    'The decoder is not trained: its kernels are set to the transpose of the encoder’s as training goes on.',
  'pseudo-inverse':
    'The decoder is not trained: its kernels are set to the pseudo-inverse of the encoder’s after every epoch.',
}

/** What was trained, for somebody who was not there: a few sentences. */
export function describeTraining({ run, epochs, images }: ReportData): string {
  const { spec, config } = run
  const { width, height, channels } = spec.input
  const color = channels === 1 ? 'grey' : 'colour'
  const noise =
    config.noise?.kind === 'pairs'
      ? 'Its input was the damaged picture of each pair and its target the clean one, so it learned to restore such pictures.'
      : config.noise
        ? `Its input was corrupted with ${formatNoise(config.noise)} noise while the target stayed clean, so it also learned to remove noise.`
        : 'It saw clean images only.'
  const heldOut =
    images.heldOut > 0 ? `, and ${formatCount(images.heldOut)} more were held out to check it` : ''
  const passes = epochs.length === 1 ? 'once' : `${formatCount(epochs.length)} times`
  return [
    !hasCode(spec)
      ? `A network that draws each ${width} × ${height} ${color} image again.`
      : `An autoencoder that squeezes each ${width} × ${height} ${color} image into ${formatCount(codeSize(spec))} numbers and draws it again from those.`,
    ...(spec.decoder === 'mirror' ? [tyingWords[spec.tying]] : []),
    `It went through ${formatCount(images.training)} images ${passes}${heldOut}.`,
    noise,
  ].join(' ')
}
