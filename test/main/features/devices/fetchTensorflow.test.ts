import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  fetchTensorflow,
  type FetchRequest,
} from '../../../../src/main/features/devices/tensorflow/fetchTensorflow'
import { CancelledError } from '../../../../src/shared/errors'
import { PackageIndexServer, type ServedWheel, wheelOf } from '../../../support/packageIndexServer'
import { temporaryFolder } from '../../../support/testFolder'

const machine = { arch: 'x86_64', glibc: '2.36' } as const
const version = '2.21.0'
/** Packs badly, so that the connection can break within it. */
const library = randomBytes(300_000)
const cpuFiles = {
  'tensorflow/libtensorflow_cc.so.2': [library, { level: 1 }],
  'tensorflow/libtensorflow_framework.so.2': [Buffer.from('framework'), { level: 0 }],
  'tensorflow/include/tensorflow/c/c_api.h': [Buffer.from('header'), { level: 1 }],
  'tensorflow/python/large.py': [Buffer.from('not needed'), { level: 1 }],
} as const

const wheel = (project: string, filename: string, files: object, more: Partial<ServedWheel> = {}) => ({
  ...{ project, version, filename, content: wheelOf(files as never) },
  ...more,
})
const cpuWheel = wheel(
  'tensorflow-cpu',
  'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  cpuFiles,
)

let server: PackageIndexServer
let home: string
let said: string[]

beforeEach(async () => {
  home = await temporaryFolder()
  said = []
})
afterEach(() => server.close())

async function serve(...wheels: ServedWheel[]): Promise<void> {
  server = await PackageIndexServer.start(wheels)
}

function fetchIt(changes: Partial<FetchRequest> = {}, signal = new AbortController().signal) {
  return fetchTensorflow({
    ...{ home, library: join(home, 'library'), version, index: server.address, variant: 'cpu' },
    ...{ withHeaders: false, addon: null, probe: null, machine },
    requests: { fetch, signal, retryMs: 1 },
    onProgress: ({ phase, done, total }) => void said.push(`${phase} ${done}/${total}`),
    ...changes,
  })
}

const made = (...names: string[]) => join(home, 'library', ...names)
/** `expect` takes seconds to compare so many bytes. */
const isWhole = async (name: string) =>
  library.equals(await readFile(join(home, name, 'deps', 'lib', 'libtensorflow_cc.so.2')))
const downloads = () => readdir(join(home, 'downloads'))
const fileRequests = () => server.requests.filter((path) => path.startsWith('/files'))

describe('fetching TensorFlow', () => {
  it('brings the libraries, the addon beside them, and nothing else, when they load', async () => {
    await serve(cpuWheel)
    const addon = join(home, 'shipped.node')
    await writeFile(addon, 'addon')
    let probed = ''
    const probe = async (folder: string) => {
      probed = folder
      expect(await readFile(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), 'utf8')).toBe('addon')
      return { version, gpu: false }
    }
    expect(await fetchIt({ addon, probe })).toEqual({ version, gpu: false })
    expect(probed).toBe(`${made()}.partial`)
    expect(await isWhole('library')).toBe(true)
    expect(await readlink(made('deps', 'lib', 'libtensorflow.so'))).toBe('libtensorflow_cc.so.2')
    expect(await readlink(made('deps', 'lib', 'libtensorflow_framework.so'))).toBe(
      'libtensorflow_framework.so.2',
    )
    expect(await readdir(made())).toEqual(['deps', 'lib'])
    expect(await readdir(made('deps'))).toEqual(['lib'])
    expect((await readdir(home)).sort()).toEqual(['library', 'shipped.node'])
    const size = cpuWheel.content.length
    expect(said).toContain(`downloading ${size}/${size}`)
    expect(said.at(-1)).toBe('verifying 0/0')
  })

  it('brings the headers to build an addon with', async () => {
    await serve(cpuWheel)
    expect(await fetchIt({ withHeaders: true })).toBeNull()
    expect(await readFile(made('deps', 'include', 'tensorflow', 'c', 'c_api.h'), 'utf8')).toBe('header')
  })

  it('brings the newest CUDA that TensorFlow names, its programs to be run', async () => {
    const cuda = (version: string, text: string, more: Partial<ServedWheel> = {}) =>
      wheel(
        'nvidia-cublas-cu12',
        `nvidia_cublas_cu12-${version}-py3-none-manylinux2014_x86_64.whl`,
        {
          'nvidia/cublas/lib/libcublas.so.12': [Buffer.from(text), {}],
          'nvidia/cublas/bin/ptxas': [Buffer.from('program'), { attrs: 0o100755 << 16, os: 3 }],
          'nvidia/cublas/include/cublas.h': [Buffer.from('header'), {}],
          'nvidia/cublas/__init__.py': [Buffer.from('# Python'), {}],
        },
        { version, ...more },
      )
    await serve(
      wheel('tensorflow', 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl', cpuFiles, {
        requires: [
          'numpy>=1.26.0',
          'nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
          'tensorboard~=2.20; extra == "other"',
        ],
      }),
      cuda('12.9.1.4', 'the one'),
      cuda('12.10.0.1rc1', 'a candidate'),
      cuda('13.0.0.1', 'too new'),
      cuda('12.4.0.0', 'too old'),
    )
    await fetchIt({ variant: 'cuda' })
    const folder = made('deps', 'nvidia', 'cublas')
    expect((await readdir(folder)).sort()).toEqual(['bin', 'lib'])
    expect(await readFile(join(folder, 'lib', 'libcublas.so.12'), 'utf8')).toBe('the one')
    expect((await stat(join(folder, 'bin', 'ptxas'))).mode & 0o111).toBe(0o111)
  })

  it('resumes a download that breaks, within an attempt and in the next one', async () => {
    await serve(cpuWheel)
    server.breaks = [100_000, 50_000]
    await fetchIt()
    const [file] = fileRequests()
    const resumed = fileRequests()
      .slice(1)
      .map((path) => Number(/bytes=(\d+)-/.exec(path)![1]))
    expect(resumed).toHaveLength(2)
    expect(resumed[0]).toBeGreaterThan(0)
    expect(resumed[1]).toBeGreaterThan(resumed[0]!)

    await fetchIt({ library: join(home, 'again') })
    server.requests.length = 0
    server.breaks = [90_000, 0, 0, 0, 0]
    await expect(fetchIt({ library: join(home, 'third') })).rejects.toThrow(/broke again and again.*is kept/)
    expect(await downloads()).toHaveLength(1)
    server.breaks = []
    server.requests.length = 0
    await fetchIt({ library: join(home, 'third') })
    expect(fileRequests()).toEqual([expect.stringMatching(`^${file} bytes=[1-9]\\d*-$`)])
    expect(await isWhole('third')).toBe(true)
  })

  it('starts again where the server sends the whole file instead of the rest', async () => {
    await serve(cpuWheel)
    server.ignoresRanges = true
    server.breaks = [100_000]
    await fetchIt()
    expect(await isWhole('library')).toBe(true)
  })

  it('downloads once more what has a wrong checksum, and then says so and keeps none of it', async () => {
    await serve(cpuWheel)
    server.corrupted = 1
    await fetchIt()
    expect(fileRequests()).toHaveLength(2)
    server.corrupted = 2
    await expect(fetchIt({ library: join(home, 'again') })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/^tensorflow_cpu-2.21.0.*wrong checksum, twice/),
    })
    expect(await downloads()).toEqual([])
    expect(existsSync(join(home, 'again'))).toBe(false)
  })

  it('asks for space before it downloads', async () => {
    await serve(cpuWheel)
    await expect(fetchIt({ freeBytes: async () => 1e6 })).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/needs 2 MB of free disk space, and there are 1 MB left at/),
    })
    expect(fileRequests()).toEqual([])
  })

  it('can be cancelled in a download, and leaves what was there before', async () => {
    await serve(cpuWheel)
    await fetchIt()
    const abort = new AbortController()
    server.breaks = [100_000]
    const onProgress: FetchRequest['onProgress'] = ({ phase, done }) => {
      if (phase === 'downloading' && done > 0) abort.abort()
    }
    await expect(fetchIt({ onProgress }, abort.signal)).rejects.toBeInstanceOf(CancelledError)
    expect(await isWhole('library')).toBe(true)
    expect((await readdir(home)).sort()).toEqual(['downloads', 'library'])
  })

  it('can be cancelled while it unpacks', async () => {
    await serve(cpuWheel)
    const abort = new AbortController()
    const onProgress: FetchRequest['onProgress'] = ({ phase }) => {
      if (phase === 'unpacking') abort.abort()
    }
    await expect(fetchIt({ onProgress }, abort.signal)).rejects.toBeInstanceOf(CancelledError)
    expect(await readdir(home)).toEqual(['downloads'])
  })

  it('removes a library that does not load', async () => {
    await serve(cpuWheel)
    const probe = () => Promise.reject(new Error('It does not load.'))
    await expect(fetchIt({ probe })).rejects.toThrow('It does not load.')
    expect(await readdir(home)).toEqual(['downloads'])
  })
})

describe('what a package index may do wrong', () => {
  it.each([
    ['../outside.so', {}],
    ['nvidia/../../outside.so', {}],
    ['/tmp/outside.so', {}],
    ['nvidia\\..\\..\\outside.so', {}],
    // A link, through which a later file could be written anywhere.
    ['tensorflow/link', { attrs: 0o120777 << 16, os: 3 }],
  ])('does not unpack a wheel with %s in it', async (name, options) => {
    await serve(
      wheel('tensorflow-cpu', cpuWheel.filename, { ...cpuFiles, [name]: [Buffer.from('/tmp'), options] }),
    )
    await expect(fetchIt()).rejects.toThrow(/would leave its folder/)
    expect(await readdir(home)).toEqual(['downloads'])
  })

  it('says of a damaged wheel that it is', async () => {
    const whole = cpuWheel.content
    await serve({ ...cpuWheel, content: whole.subarray(0, whole.length - 100) })
    await expect(fetchIt()).rejects.toThrow(/is damaged and cannot be unpacked/)
  })

  it('says what is missing from a wheel', async () => {
    await serve(
      wheel('tensorflow-cpu', cpuWheel.filename, { 'tensorflow/nothing.py': [Buffer.from(''), {}] }),
    )
    await expect(fetchIt()).rejects.toMatchObject({ code: 'not-found' })
  })

  it('tries again after an error of the server, and names one that stays', async () => {
    await serve(cpuWheel)
    server.failures = [503, 500]
    await fetchIt()
    server.failures = [500, 500, 500, 500]
    await expect(fetchIt()).rejects.toThrow(/^127\.0\.0\.1:\d+ answers with error 500\./)
    server.failures = [404]
    await expect(fetchIt()).rejects.toThrow(/tensorflow-cpu\/2\.21\.0\/json is not available \(error 404\)/)
  })

  it('says that nobody answers, and which addresses are safe to ask', async () => {
    await serve()
    const gone = server.address
    await server.close()
    await serve()
    await expect(fetchIt({ index: gone })).rejects.toThrow(/^127\.0\.0\.1:\d+ cannot be reached/)
    await expect(fetchIt({ index: 'http://example.org/pypi' })).rejects.toThrow(/begins with https/)
    await expect(fetchIt({ index: 'nowhere' })).rejects.toThrow(/not the address of a package index/)
  })

  it('takes no wheel for another machine, and none that was withdrawn', async () => {
    const other = cpuWheel.filename.replace('x86_64', 'aarch64')
    const newer = cpuWheel.filename.replace('2_27', '2_39')
    await serve(
      { ...cpuWheel, filename: other },
      { ...cpuWheel, filename: newer },
      { ...cpuWheel, yanked: true },
    )
    await expect(fetchIt()).rejects.toThrow(/no tensorflow-cpu for this machine \(x86_64, glibc 2\.36\)/)
    await expect(fetchIt({ machine: null })).rejects.toThrow(/Linux with the GNU C library/)
  })
})
