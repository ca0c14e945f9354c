import { getPriority, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { toErrorMessage } from '../shared/errors'
import { computeTasks } from './computeTasks'
import { offerTensorflow } from './engine/runtimes/tensorflow/binding'
import { appFolders, tensorflowIn } from './store/appFolders'
import type { ReplyMessage, RequestMessage } from './worker/protocol'
import { buffersMovingWith, createTaskContext, type TaskContext } from './worker/taskContext'

/** What draws the window and reads files comes first, since it asks for little. Of 19. */
const niceness = 10
// Elsewhere it would be the priority of the whole process; on Linux it is that of this thread and of those that it starts.
// Where it was started with less priority still, that stays.
if (process.platform === 'linux' && getPriority() < niceness) setPriority(niceness)

offerTensorflow(tensorflowIn(appFolders()).library)

type AnyTask = (params: unknown, context: TaskContext<unknown>) => Promise<unknown>
const tasks = computeTasks as Readonly<Record<string, unknown>> as Readonly<Record<string, AnyTask>>

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
    const run = tasks[task]!
    const result = await run(params, context)
    reply({ id, kind: 'result', result }, buffersMovingWith(result))
  } catch (error) {
    reply({ id, kind: 'error', error: toErrorMessage(error) })
  }
}
