import { toImageBatch } from '../../../../src/shared/imageBatch'
import { kernelImages } from '../../../../src/main/engine/imaging/kernelImages'
import type { ReportData } from '../../../../src/main/cli/report/reportData'
import { modelSpecSchema } from '../../../../src/shared/modelSpec'
import type { EpochMetrics } from '../../../../src/shared/run'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'

const shape = { height: 4, width: 4, channels: 1 } as const

export function epoch(number: number, changes: Partial<EpochMetrics> = {}): EpochMetrics {
  return {
    epoch: number,
    epochs: 3,
    trainLoss: 0.1 / number,
    valLoss: 0.11 / number,
    psnr: 10 + number,
    ssim: 0.5,
    learningRate: 0.001,
    samplesPerSecond: 60_000 + number,
    elapsedMs: number * 1500,
    timeLeftMs: 0,
    orthogonality: [1],
    best: number === 2,
    ...changes,
  }
}

/** A run that has everything to show, three images of 4 × 4. */
export function fullReport(): ReportData {
  const images = toImageBatch(new Float32Array(48).fill(0.5), shape)
  return {
    title: 'Letters <script>alert(1)</script> & "more"',
    run: {
      version: 1,
      waiting: null,
      owner: null,
      experiment: null,
      baselines: null,
      findings: [],
      state: 'done',
      createdAt: '2026-11-21T10:00:00Z',
      updatedAt: '2026-11-21T10:01:00Z',
      dataset: '/data/<letters>',
      images: 1000,
      datasetRevision: null,
      spec: modelSpecSchema.parse({
        input: shape,
        encoder: [
          { type: 'dense', units: 5 },
          { type: 'dense', units: 2 },
        ],
      }),
      config: trainingConfigSchema.parse({ epochs: 3, noise: { kind: 'gaussian', min: 25, max: 25 } }),
      preset: null,
      initialWeights: null,
      runtime: 'onnx',
      device: 'cpu',
      versions: { hourglass: '0.1.0' },
      notes: ['The widths were scaled.'],
      error: null,
    },
    epochs: [epoch(1), epoch(2), epoch(3)],
    images: { training: 900, heldOut: 100 },
    parameters: { trained: 113, untied: 203 },
    heldOut: { loss: 0.00861, psnr: 20.5, ssim: 0.8031, noisyPsnr: 14.76 },
    samples: { original: images, noisy: images, reconstructed: images },
    comparison: {
      title: 'Did tying cost anything?',
      sentence: 'No.',
      rows: [
        { name: 'The noisy image', trained: null, loss: 0.0385, psnr: 14.76 },
        { name: 'Tied', trained: 113, loss: 0.00861, psnr: 20.5 },
      ],
    },
    kernels: kernelImages(
      Float32Array.from({ length: 80 }, (_, i) => i - 40),
      shape,
      64,
    ),
    latent: { points: new Float32Array([0, 0, 1, 1, 2, 0]), labels: ['<a>', 'b', null], method: 'UMAP' },
    varianceRatio: [0.8, 0.2],
    commands: [
      { purpose: 'Clean up "your" images', command: 'hourglass reconstruct run photo.png --out <folder>' },
    ],
  }
}

/** A run that was stopped before its first epoch ended: nothing but its settings. */
export function bareReport(): ReportData {
  return {
    ...fullReport(),
    epochs: [],
    heldOut: null,
    samples: null,
    comparison: null,
    kernels: null,
    latent: null,
    varianceRatio: null,
    commands: [],
  }
}
