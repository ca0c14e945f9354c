import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { toErrorMessage } from '../../shared/errors'
import type { ComputeTasks, ReplyMessage, RequestMessage, TaskName } from './protocol'
import { buffersMovingWith, createTaskContext, type TaskContext } from './taskContext'
import { benchConv } from './tasks/benchConv'
import { benchDenoise } from './tasks/benchDenoise'
import { benchTrain } from './tasks/benchTrain'
import { denoise } from './tasks/denoise'
import { estimateNoise } from './tasks/estimateNoise'
import { exportModel } from './tasks/exportModel'
import { measureRounding } from './tasks/measureRounding'
import { readModelFile } from './tasks/readModelFile'
import { decode, encode, evaluate, reconstruct } from './tasks/inference'
import { clusterCodes } from './tasks/clusterCodes'
import { labelAccuracy } from './tasks/labelAccuracy'
import { learnShowcase } from './tasks/learnShowcase'
import { mapCodes } from './tasks/mapCodes'
import { nearest } from './tasks/nearest'
import { widenToColor } from './tasks/widenToColor'
import { trainLevels } from './tasks/trainLevels'
import { surveyCodes } from './tasks/surveyCodes'
import { repair } from './tasks/repair'
import { reconstructPca } from './tasks/reconstructPca'
import { measureTraining } from './tasks/measureTraining'
import { restoreRegions } from './tasks/restoreRegions'
import { restoreTest } from './tasks/restoreTest'
import { similarity } from './tasks/similarity'
import { train } from './tasks/train'
import { measureRun } from '../features/experiments/tasks/measureRun'
import { codeRange, corrupt, tryCode, tryImage } from './tasks/tryModel'
import { describeRuntimes } from './runtimes'

/** What draws the window and reads files comes first, since it asks for little. Of 19. */
const niceness = 10
// Elsewhere it would be the priority of the whole process; on Linux it is that of this thread and of those that it starts.
if (process.platform === 'linux') setPriority(niceness)

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
  corrupt,
  denoise,
  estimateNoise,
  exportModel,
  measureRounding,
  readModelFile,
  repair,
  restoreRegions,
  restoreTest,
  similarity,
  trainLevels,
  widenToColor,
  tryImage,
  tryCode,
  codeRange,
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
