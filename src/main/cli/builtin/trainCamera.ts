import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { preprocessingSchema } from '../../../shared/dataset'
import { modelSpecSchema, type ModelSpec } from '../../../shared/modelSpec'
import { modelFiles, openModel, writeModel } from '../../store/modelStore'
import { runFiles } from '../../store/runStore'
import type { TrainOptions } from '../../features/training/trainRun'
import { builtinModelsFolder } from '../../store/builtFiles'
import { makeCameraTiles, tileSide } from './cameraTiles'
import { cameraCard } from './cameraCard'
import { type BuiltinTraining, trainOrGoOn } from './trainBuiltin'
import { writeTrained } from './writeTrained'

/** The network, which begins where the one for grey noise has come to: see widenToColor. */
const filters = 80
const patch = 64

/**
 * Patches with noise as files bring it (see withRealNoise), absolute error first, then squared errors, which are what is
 * measured; Adam, held and then down a cosine, weights averaged.
 */
const stages = [
  { name: 'camera-1', loss: 'mae', epochs: 40, learningRate: 0.0007, seed: 11 },
  { name: 'camera-2', loss: 'mse', epochs: 32, learningRate: 0.0004, seed: 12 },
] as const

const usual = {
  batchSize: 16,
  schedule: { name: 'cosine', hold: 0.5 },
  noise: { kind: 'camera', min: 1, max: 1 },
  patches: { perImage: 1 },
  averageDecay: 0.999,
  validationSplit: 0.05,
} as const

export interface CameraTraining extends Omit<BuiltinTraining, 'photographs'> {
  /** Folders of photographs. */
  readonly photographs: readonly string[]
}

/**
 * Trains the denoiser for pictures from cameras, or resumes its training, and writes it. None ships yet: see decisions.md.
 *
 * @throws ExpectedError, and CancelledError when stopped, after saving the run
 */
export async function trainCamera(request: CameraTraining, options: TrainOptions): Promise<void> {
  const { work, photographs, runtime, device } = request
  const tiles = resolve(work, 'tiles')
  await makeCameraTiles(photographs, tiles)
  let from = resolve(work, 'camera-0')
  if (!existsSync(modelFiles.info(from))) await writeFirst(from, options)
  for (const { name, loss, epochs, learningRate, seed } of stages) {
    const run = resolve(work, name)
    const { files } = await openModel(from)
    const stage = {
      model: { spec: { ...files.spec, loss } },
      config: { ...usual, epochs, optimizer: { learningRate }, seed },
      from,
    } as const
    await trainOrGoOn(run, stage, dataset(tiles), { runtime, device }, options)
    from = run
    await writeCamera(run, request)
  }
}

const dataset = (source: string) => ({
  source,
  preprocessing: preprocessingSchema.parse({ width: tileSide, height: tileSide, color: 'rgb' }),
})

/** The network before training. */
async function writeFirst(folder: string, { client, signal }: TrainOptions): Promise<void> {
  const grey = await openModel(join(builtinModelsFolder(), 'grey'))
  const spec = cameraSpec(grey.files.spec)
  const { weights } = await client.call('widenToColor', { grey: grey.files, spec }, { signal })
  await writeModel(folder, {
    info: {
      version: 1,
      name: 'camera-0',
      spec,
      input: spec.input,
      createdAt: new Date().toISOString(),
      trainedOn: { dataset: '', images: 0, noise: grey.noise, patches: true },
      metrics: null,
      versions: {},
    },
    weights,
    card: '',
    preview: null,
  })
}

export function cameraSpec(grey: ModelSpec): ModelSpec {
  return modelSpecSchema.parse({
    ...grey,
    name: 'denoise-camera',
    input: { height: patch, width: patch, channels: 3 },
    colorNoiseLevel: true,
    encoder: grey.encoder.map((layer) => ({ ...layer, filters })),
  })
}

async function writeCamera(run: string, { photographs, out }: CameraTraining): Promise<void> {
  const names = photographs.map((folder) => basename(folder)).join(', ')
  const done = stages.filter(({ name }) => existsSync(runFiles.info(join(run, '..', name))))
  await writeTrained({ name: 'camera', run, out, photographs: names }, (info) => cameraCard(info, done))
}
