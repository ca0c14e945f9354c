import { html, type Markup } from '../../base/drawing/html'
import type { ReportData } from './reportData'
import { formatCount, formatDuration, formatError } from './words'

type Tile = { name: string; value: string; note: string }

/** The figures that sum a run up, those that are known. */
export function tiles(data: ReportData): Markup {
  const known = [
    errorTile(data),
    psnrTile(data),
    parametersTile(data),
    savedTile(data),
    speedTile(data),
    timeTile(data),
  ]
  const shown = known.filter((tile) => tile !== null)
  return html`<dl class="tiles">
    ${shown.map(
      ({ name, value, note }) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}<small>${note}</small></dd>
        </div>`,
    )}
  </dl>`
}

function errorTile({ heldOut, epochs, run }: ReportData): Tile | null {
  const loss = run.spec.loss
  if (heldOut)
    return {
      name: 'Held-out error',
      value: formatError(heldOut.loss),
      note: `${loss}, SSIM ${heldOut.ssim.toFixed(3)}`,
    }
  const last = epochs.at(-1)
  return last
    ? { name: 'Training error', value: formatError(last.trainLoss), note: `${loss}, nothing held out` }
    : null
}

function psnrTile({ heldOut }: ReportData): Tile | null {
  if (!heldOut) return null
  const after = heldOut.psnr.toFixed(1)
  if (heldOut.noisyPsnr === null)
    return { name: 'PSNR', value: `${after} dB`, note: 'reconstructed against original' }
  const gain = heldOut.psnr - heldOut.noisyPsnr
  return {
    name: 'PSNR',
    value: `${heldOut.noisyPsnr.toFixed(1)} → ${after} dB`,
    note: `noisy → reconstructed, ${gain >= 0 ? '+' : '−'}${Math.abs(gain).toFixed(1)} dB`,
  }
}

function parametersTile({ parameters, run }: ReportData): Tile {
  return {
    name: 'Trained values',
    value: formatCount(parameters.trained),
    note: `weights and biases, ${run.spec.tying}`,
  }
}

function savedTile({ parameters: { trained, untied } }: ReportData): Tile | null {
  if (untied <= trained) return null
  const percent = Math.round((1 - trained / untied) * 100)
  return {
    name: 'Saved by tying',
    value: `${percent} %`,
    note: `${formatCount(untied - trained)} values fewer than untied`,
  }
}

function speedTile({ epochs, run }: ReportData): Tile | null {
  const speeds = epochs.map(({ samplesPerSecond }) => samplesPerSecond).sort((a, b) => a - b)
  const median = speeds[Math.floor(speeds.length / 2)]
  if (median === undefined) return null
  return {
    name: 'Speed',
    value: `${formatCount(median)} /s`,
    note: `images, ${run.runtime} on ${run.device}`,
  }
}

function timeTile({ epochs }: ReportData): Tile | null {
  const last = epochs.at(-1)
  if (!last) return null
  return {
    name: 'Time',
    value: formatDuration(last.elapsedMs),
    note: `${epochs.length} of ${last.epochs} epochs`,
  }
}
