import { getPriority, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { toErrorMessage } from '../shared/errors'
import { offerTensorflow } from './engine/runtimes/tensorflow/binding'
import { appFolders, tensorflowIn } from './store/appFolders'
import type { ComputeTasks, ReplyMessage, RequestMessage, TaskName } from './worker/protocol'
import { buffersMovingWith, createTaskContext, type TaskContext } from './worker/taskContext'
import { benchConv } from './cli/bench/tasks/benchConv'
import { benchDenoise } from './cli/bench/tasks/benchDenoise'
import { benchTrain } from './cli/bench/tasks/benchTrain'
import { compress } from './features/compression/tasks/compress'
import { decompress } from './features/compression/tasks/decompress'
import { measureCompression } from './features/compression/tasks/measureCompression'
import { tryCompression } from './features/compression/tasks/tryCompression'
import { denoise } from './features/denoising/tasks/denoise'
import { estimateNoise } from './features/denoising/tasks/estimateNoise'
import { exportModel } from './features/models/tasks/exportModel'
import { measureRounding } from './features/models/tasks/measureRounding'
import { readModelFile } from './features/models/tasks/readModelFile'
import { decode, encode, evaluate, reconstruct } from './features/models/tasks/inference'
import { clusterCodes } from './features/latent/tasks/clusterCodes'
import { labelAccuracy } from './features/latent/tasks/labelAccuracy'
import { learnShowcase } from './features/showcase/tasks/learnShowcase'
import { mapCodes } from './features/latent/tasks/mapCodes'
import { nearest } from './features/latent/tasks/nearest'
import { trainRatings } from './features/ratings/tasks/trainRatings'
import { evaluateRatings, ratingCodes, recommend } from './features/ratings/tasks/useRecommender'
import { trainTable } from './features/tables/tasks/trainTable'
import { completeTable, evaluateTable, exportTable } from './features/tables/tasks/useTable'
import { widenToColor } from './cli/builtin/tasks/widenToColor'
import { trainLevels } from './cli/builtin/tasks/trainLevels'
import { surveyCodes } from './features/latent/tasks/surveyCodes'
import { repair } from './features/denoising/tasks/repair'
import { reconstructPca } from './features/models/tasks/reconstructPca'
import { measureTraining } from './features/training/tasks/measureTraining'
import { enlargePlanes, fillPlanes, findDamage, jpegQuality } from './features/denoising/tasks/damage'
import { restorePlanes } from './features/denoising/tasks/restorePlanes'
import { restoreRegions } from './features/denoising/tasks/restoreRegions'
import { restoreTest } from './features/denoising/tasks/restoreTest'
import { similarity } from './features/denoising/tasks/similarity'
import { train } from './features/training/tasks/train'
import { measureRun } from './features/experiments/tasks/measureRun'
import { codeRange, corrupt, tryCode, tryImage } from './features/models/tasks/tryModel'
import { exportAnomalyModel } from './features/anomalies/tasks/exportAnomalyModel'
import { describeRuntimes } from './worker/runtimes'
import {
  dropAnomalies,
  fitAnomalies,
  keepDetector,
  nearestOfEach,
  openDetector,
  scoreAnomalies,
  scoreAnomaly,
  viewAnomaly,
} from './features/anomalies/tasks/anomalies'

/** What draws the window and reads files comes first, since it asks for little. Of 19. */
const niceness = 10
// Elsewhere it would be the priority of the whole process; on Linux it is that of this thread and of those that it starts.
// Where it was started with less priority still, that stays.
if (process.platform === 'linux' && getPriority() < niceness) setPriority(niceness)

offerTensorflow(tensorflowIn(appFolders()).library)

type Tasks = {
  [T in TaskName]: (
    params: ComputeTasks[T]['params'],
    context: TaskContext<ComputeTasks[T]['event']>,
  ) => Promise<ComputeTasks[T]['result']>
}

const tasks: Tasks = {
  devices: describeRuntimes,
  train,
  evaluate,
  reconstruct,
  encode,
  decode,
  reconstructPca,
  clusterCodes,
  labelAccuracy,
  learnShowcase,
  mapCodes,
  nearest,
  surveyCodes,
  benchTrain,
  benchConv,
  benchDenoise,
  measureTraining,
  measureRun,
  compress,
  decompress,
  tryCompression,
  measureCompression,
  corrupt,
  denoise,
  estimateNoise,
  exportModel,
  measureRounding,
  readModelFile,
  repair,
  restorePlanes,
  fillPlanes,
  findDamage,
  enlargePlanes,
  jpegQuality,
  restoreRegions,
  restoreTest,
  similarity,
  trainLevels,
  trainRatings,
  evaluateRatings,
  recommend,
  ratingCodes,
  trainTable,
  evaluateTable,
  completeTable,
  exportTable,
  widenToColor,
  tryImage,
  tryCode,
  codeRange,
  fitAnomalies,
  keepDetector,
  openDetector,
  scoreAnomalies,
  scoreAnomaly,
  viewAnomaly,
  nearestOfEach,
  exportAnomalyModel,
  dropAnomalies,
}

const port = parentPort!
const reply = (message: ReplyMessage, transfer: readonly ArrayBuffer[] = []) =>
  port.postMessage(message, [...transfer])

/** Tasks run one after another: they share cores, memory and the runtimes' state. */
let queue: Promise<void> = Promise.resolve()

port.on('message', (message: RequestMessage) => {
  queue = queue.then(() => handle(message))
})

async function handle({ id, task, params, control }: RequestMessage): Promise<void> {
  const context = createTaskContext<unknown>(
    control,
    (event, transfer) => reply({ id, kind: 'event', event }, transfer),
    () => reply({ id, kind: 'ending' }),
  )
  try {
    const run = tasks[task] as (params: unknown, context: TaskContext<unknown>) => Promise<unknown>
    const result = await run(params, context)
    reply({ id, kind: 'result', result }, buffersMovingWith(result))
  } catch (error) {
    reply({ id, kind: 'error', error: toErrorMessage(error) })
  }
}
