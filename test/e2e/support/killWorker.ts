import { once } from 'node:events'
import WebSocket from 'ws'

/** Between two calls of native code: within one, onnxruntime-node would take the whole process along. */
const death = 'setImmediate(() => process.exit(1))'

/**
 * Ends the compute workers of a process that was started with --inspect, as a crash of native code does.
 * @param stderr where the process wrote the inspector's address
 */
export async function killWorkers(stderr: string): Promise<void> {
  const url = /ws:\/\/\S+/.exec(stderr)?.[0]
  if (!url) throw new Error('The process listens to no inspector.')
  const socket = new WebSocket(url)
  await once(socket, 'open')
  let id = 0
  const send = (method: string, params: unknown) => socket.send(JSON.stringify({ id: ++id, method, params }))
  let alive = 0
  const allDead = new Promise<void>((resolve, reject) => {
    socket.on('close', () => reject(new Error('The whole process has ended.')))
    socket.on('message', (data) => {
      const { method, params } = JSON.parse(String(data)) as {
        method?: string
        params?: { sessionId: string; workerInfo: { url: string } }
      }
      const isCompute = params?.workerInfo?.url.includes('computeWorker')
      if (method === 'NodeWorker.attachedToWorker' && isCompute) {
        alive++
        const exit = { id: 1, method: 'Runtime.evaluate', params: { expression: death } }
        const { sessionId } = params!
        send('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify(exit) })
      }
      if (method === 'NodeWorker.detachedFromWorker' && --alive === 0) resolve()
    })
  })
  send('NodeWorker.enable', { waitForDebuggerOnStart: false })
  await allDead
  socket.removeAllListeners('close')
  socket.close()
}
