import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import checkout from '../checkout.cjs'
import { lastLine, run } from './run.mjs'
import { headers, libraries, packageOf, pythonVersion, tensorflowVersion } from './wheel.mjs'

const { SetupError } = checkout

const glibcVersions = ['2_5', '2_12', '2_17', '2_24', '2_25', '2_26', '2_27', '2_28']
const downloadTimeoutMs = 60 * 60 * 1000

const unpackProgram = `
import sys, zipfile
wheel, target, *parts = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(target, [name for name in archive.namelist() if name.startswith(tuple(parts))])
`

/** The `Requires-Dist` lines of the extra that names the CUDA wheels, without their condition. */
const requirementsProgram = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    name = next(name for name in archive.namelist() if name.endswith('.dist-info/METADATA'))
    for line in archive.read(name).decode().splitlines():
        if line.startswith('Requires-Dist:') and 'and-cuda' in line:
            print(line.partition(':')[2].partition(';')[0].strip())
`

/** @throws SetupError when Python or pip is missing */
export async function requirePip() {
  const { code } = await run('python3', ['-m', 'pip', '--version'])
  if (code !== 0)
    throw new SetupError('Python 3 with pip is not installed (Debian: apt install python3-pip).')
}

/** Puts TensorFlow's library and headers into `folder`/deps/lib and `folder`/deps/include, CUDA into deps/nvidia. */
export async function unpackWheels(variant, folder) {
  const downloads = await mkdtemp(join(folder, 'wheels-'))
  const wheel = await download(
    [`${packageOf(variant, process.arch === 'arm64')}==${tensorflowVersion}`],
    join(downloads, 'tensorflow'),
  )
  await unpack(wheel[0], folder, [...libraries.map(([file]) => `tensorflow/${file}`), ...headers])
  const lib = join(folder, 'deps', 'lib')
  await mkdir(lib, { recursive: true })
  for (const [file, link] of libraries) {
    await rename(join(folder, 'tensorflow', file), join(lib, file))
    await symlink(file, join(lib, link))
  }
  await rename(join(folder, 'tensorflow', 'include'), join(folder, 'deps', 'include'))
  if (variant === 'cuda') await unpackCuda(wheel[0], downloads, join(folder, 'deps'))
  await rm(downloads, { recursive: true })
  await rm(join(folder, 'tensorflow'), { recursive: true })
}

async function unpackCuda(tensorflowWheel, downloads, deps) {
  const { stdout } = await python(requirementsProgram, tensorflowWheel)
  const requirements = stdout.split('\n').filter((line) => line.startsWith('nvidia-'))
  for (const wheel of await download(requirements, join(downloads, 'nvidia')))
    await unpack(wheel, deps, ['nvidia/'])
}

/** @returns the paths of the wheels @throws SetupError */
async function download(requirements, folder) {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  const platforms = [
    ...glibcVersions.map((version) => `manylinux_${version}`),
    'manylinux1',
    'manylinux2010',
    'manylinux2014',
  ]
  const { code, stderr, missing } = await run(
    'python3',
    [
      ...['-m', 'pip', 'download', '--quiet', '--no-input', '--disable-pip-version-check', '--retries', '1'],
      ...['--no-deps', '--only-binary=:all:', '--implementation', 'cp', '--python-version', pythonVersion],
      ...platforms.flatMap((platform) => ['--platform', `${platform}_${machine}`]),
      ...['--dest', folder, ...requirements],
    ],
    { timeoutMs: downloadTimeoutMs },
  )
  if (code !== 0 || missing)
    throw new SetupError(`${requirements[0]} cannot be downloaded: ${downloadFailure(stderr)}`)
  return (await readdir(folder)).map((name) => join(folder, name))
}

/** pip warns at length about every index that does not answer, and then says only that nothing was found. */
function downloadFailure(stderr) {
  if (/No space left/.test(stderr)) return 'the disk is full.'
  if (/NewConnectionError|ConnectTimeout|ProxyError|SSLError/.test(stderr))
    return 'the Python package index is not reached.'
  return lastLine(stderr).replace(/^ERROR: /, '')
}

async function unpack(wheel, target, parts) {
  await python(unpackProgram, wheel, target, ...parts)
}

/** @throws SetupError */
async function python(program, ...args) {
  const result = await run('python3', ['-c', program, ...args], { timeoutMs: downloadTimeoutMs })
  if (result.code !== 0) throw new SetupError(`A wheel cannot be unpacked: ${lastLine(result.stderr)}`)
  return result
}
