import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/**
 * A process of its own that runs `body`, the body of an async function with `load(path)` for our modules (relative to the
 * project), for tests that kill it or limit what it may write. `limit` is a `ulimit` setting such as `-f 1024`.
 */
export function runModule(body: string, limit?: string): ChildProcessWithoutNullStreams {
  const script = `
    import { createServer } from 'vite'
    const server = await createServer({
      root: ${JSON.stringify(root)}, configFile: false, logLevel: 'silent', appType: 'custom',
      server: { middlewareMode: true, ws: false, watch: null }, optimizeDeps: { noDiscovery: true },
    })
    const load = (path) => server.ssrLoadModule(${JSON.stringify(root)} + '/' + path)
    await (async () => {${body}})()
    await server.close()`
  const command = `${limit ? `ulimit ${limit}; ` : ''}exec node --input-type=module -e "$0"`
  return spawn('bash', ['-c', command, script], { cwd: root })
}

/** What the process printed, once it has ended. */
export async function outputOf(child: ChildProcessWithoutNullStreams): Promise<string> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data))
  await new Promise((resolve) => child.on('close', resolve))
  return output.trim()
}
