import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { withFewArenas } from '../../../src/main/setup/process.cjs'
import { root } from '../../support/requirements'

export interface ServeOptions {
  /** Everything the app keeps: HOURGLASS_HOME. */
  readonly home: string
  /** Folders that its picker shows. */
  readonly roots: readonly string[]
  /** The same one again after a restart; 0 takes any. */
  readonly port?: number
  /** Largest file that it may write, in KiB: what a full disk is like. */
  readonly largestFileKiB?: number
  /** So many files it may have open at a time. */
  readonly mostDescriptors?: number
  /** Obeys file permissions although the tests run as root. */
  readonly obeysPermissions?: boolean
  readonly nodeOptions?: readonly string[]
  /** cli.js of a build elsewhere. */
  readonly cli?: string
}

/** A served app in a process of its own. */
export interface ServedApp {
  /** With its token. */
  readonly address: string
  readonly process: ChildProcess
  readonly stderr: () => string
  /** As Ctrl-C does. */
  stop(): Promise<void>
  /** As a power failure does. */
  kill(): Promise<void>
}

const builtCli = join(root, 'out/main/cli.js')

/** Resolves when it serves. @throws Error with what it wrote when it ends instead */
export async function serve(options: ServeOptions): Promise<ServedApp> {
  const [program, ...args] = commandLine(options)
  const child = spawn(program!, args, {
    env: withFewArenas({
      ...process.env,
      HOURGLASS_HOME: options.home,
      HOURGLASS_LIBRARY: '',
      NO_COLOR: '1',
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (data: Buffer) => (stderr += data))
  const ended = once(child, 'close')
  const address = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const said = JSON.parse(line) as { type: string; address?: string }
      if (said.type === 'serving') resolve(said.address!)
    })
    void ended.then(([code]) => reject(new Error(`The served app ended with ${String(code)}: ${stderr}`)))
  })
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
  }
  return {
    address,
    process: child,
    stderr: () => stderr,
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
  }
}

function commandLine(options: ServeOptions): string[] {
  const { roots, port = 0, nodeOptions = [], largestFileKiB, mostDescriptors, obeysPermissions } = options
  const { cli = builtCli } = options
  const rootOptions = roots.flatMap((folder) => ['--root', folder])
  const app = [
    process.execPath,
    ...nodeOptions,
    cli,
    '--json',
    'serve',
    '--port',
    String(port),
    ...rootOptions,
  ]
  const limits = [
    largestFileKiB && `ulimit -f ${largestFileKiB};`,
    mostDescriptors && `ulimit -n ${mostDescriptors};`,
  ].filter(Boolean)
  const limited = limits.length > 0 ? ['bash', '-c', `${limits.join(' ')} exec "$0" "$@"`, ...app] : app
  return obeysPermissions && process.getuid?.() === 0
    ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', ...limited]
    : limited
}
