import { spawn } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { foreseenTrouble } from '../../../src/main/setup/electronTrouble.mjs'
import { type ElectronPatience, openElectron } from '../../../src/main/setup/openElectron.mjs'
import { root } from '../../support/requirements'
import { temporaryFolder } from '../../support/testFolder'

const free = {
  platform: 'linux',
  uid: 1000,
  helper: '/app/electron/chrome-sandbox',
  hasHelperRights: false,
  hasProfile: false,
  setting: (): string | undefined => undefined,
}
const withSetting = (name: string, value: string) => ({
  ...free,
  setting: (asked: string) => (asked === name ? value : undefined),
})

/** A program in the place of Electron's, in bash. */
async function standIn(script: string): Promise<{ binary: string; root: string }> {
  const folder = await temporaryFolder()
  const binary = join(folder, 'dist', 'electron')
  await mkdir(dirname(binary))
  await writeFile(binary, `#!/bin/bash\n${script}\n`)
  await chmod(binary, 0o755)
  return { binary, root: folder }
}

interface Circumstances {
  readonly env?: Record<string, string>
  readonly patience?: ElectronPatience
  readonly args?: readonly string[]
}

async function started(script: string, { env = {}, args = [], ...rest }: Circumstances = {}) {
  const { binary, root: folder } = await standIn(script)
  const notes: string[] = []
  const options = { root: folder, env: { PATH: process.env.PATH, ...env }, system: free, ...rest }
  const open = () => openElectron(binary, [folder, ...args], { ...options, say: (note) => notes.push(note) })
  return { end: await open(), notes, folder, again: open }
}

describe('what is foreseen', () => {
  it.each([
    ['kernel/apparmor_restrict_unprivileged_userns', '1'],
    ['kernel/unprivileged_userns_clone', '0'],
    ['user/max_user_namespaces', '0'],
  ])('is that %s forbids the sandbox', (name, value) => {
    expect(foreseenTrouble(withSetting(name, value))?.sentence).toBe(
      `This system forbids Electron its sandbox (${name.replaceAll('/', '.')} is ${value}). To allow it: sudo sh -c "chown root /app/electron/chrome-sandbox && chmod 4755 /app/electron/chrome-sandbox".`,
    )
    expect(foreseenTrouble({ ...withSetting(name, value), hasHelperRights: true })).toBeNull()
  })

  it('is that root has no sandbox, and who is to start it', () => {
    expect(foreseenTrouble({ ...free, uid: 0, sudoUser: 'ada' })?.sentence).toContain('sudo -u ada npm start')
    expect(foreseenTrouble({ ...free, uid: 0 })?.sentence).toContain('as root')
  })

  it('is nothing elsewhere, with a profile of its own, or where all is allowed', () => {
    const forbidden = withSetting('kernel/apparmor_restrict_unprivileged_userns', '1')
    expect(foreseenTrouble({ ...forbidden, platform: 'darwin' })).toBeNull()
    expect(foreseenTrouble({ ...forbidden, hasProfile: true })).toBeNull()
    expect(foreseenTrouble(free)).toBeNull()
  })
})

const open = 'echo -n > "$HOURGLASS_OPENED"'
const begin = 'echo -n script > "$HOURGLASS_OPENED"'
const complain = (text: string) => `echo "[1:1129/1.2:${text}" >&2`

describe('Electron', () => {
  it('that had a window ends as it ends', async () => {
    expect((await started(`${open}; exit 0`)).end).toEqual({ code: 0 })
    expect((await started(`${open}; kill -SEGV $$`)).end).toEqual({ code: 130 })
    expect((await started(`${open}; exit 3`)).end).toEqual({ code: 3 })
  })

  it('that handed its folders to one that runs already, or was asked for its version, has no trouble', async () => {
    expect((await started(`${begin}; exit 0`)).end).toEqual({ code: 0 })
    expect((await started('exit 0', { args: ['--version'] })).end).toEqual({ code: 0 })
  })

  it('that ends without having run the app is no start, whatever its code', async () => {
    const { trouble } = (await started('exit 0')).end
    expect(trouble?.sentence).toMatch(/^Electron ended with code 0 before it had a window\. To see more/)
  })

  it('that opens no window is ended, also where it does not want to and leaves a process behind', async () => {
    const patience = { scriptMs: 300, windowMs: 1500, endingMs: 300 }
    const { end } = await started('sleep 5 > /dev/null & trap "" TERM; wait', { patience })
    expect(end.trouble?.kind).toBe('hang')
    expect(end.trouble?.sentence).toMatch(/^Electron opened no window within 0\.3 s, .*--disable-gpu\.$/)
    expect((await started(`${begin}; exec sleep 60`, { patience })).end.trouble?.sentence).toContain(
      'within 1.5 s',
    )
  })

  it.each([
    'FATAL:setuid_sandbox_host.cc(163)] The SUID sandbox helper binary was found, but is not configured correctly.',
    'FATAL:zygote_host_impl_linux.cc(128)] No usable sandbox!',
  ])('that dies of its sandbox says what is forbidden: %s', async (text) => {
    const { end } = await started(`${complain(text)}; kill -TRAP $$`)
    expect(end.trouble).toMatchObject({ kind: 'sandbox' })
    expect(end.trouble?.sentence).toMatch(
      /^This system forbids Electron its sandbox .*chmod 4755 \S+chrome-sandbox"\.$/,
    )
  })

  it('without its GPU is tried once without, and so from then on', async () => {
    const script = `echo "$@" >> "$(dirname "$0")/starts"
      if [[ "$*" == *--disable-gpu* ]]; then ${open}; exit 0; fi
      ${complain("FATAL:gpu_data_manager_impl_private.cc(415)] GPU process isn't usable. Goodbye.")}; kill -TRAP $$`
    const { end, notes, folder, again } = await started(script)
    expect(end).toEqual({ code: 0 })
    expect(notes).toEqual([expect.stringContaining('without the GPU')])
    expect(await again()).toEqual({ code: 0 })
    const starts = (await readFile(join(folder, 'dist', 'starts'), 'utf8')).trim().split('\n')
    expect(starts).toEqual([folder, `${folder} --disable-gpu`, `${folder} --disable-gpu`])
  })

  it('that never has a GPU process is not tried for ever', async () => {
    const { end, notes } = await started(`${complain('FATAL:GPU process launch failed')}; exit 1`)
    expect(end.trouble).toMatchObject({ kind: 'gpu' })
    expect(notes).toHaveLength(1)
  })

  it('that lacks a library says which, and the package that brings it', async () => {
    const said = (name: string) =>
      started(
        `echo "electron: error while loading shared libraries: ${name}: cannot open shared object file: No such file or directory" >&2; exit 127`,
      )
    const gtk = (await said('libgtk-3.so.0')).end.trouble
    expect(gtk?.kind).toBe('library')
    expect(gtk?.sentence).toMatch(/needs libgtk-3\.so\.0, which .*apt-get install libgtk-3-0(t64)?\.$/)
    expect((await said('libnss3.so')).end.trouble?.sentence).toContain('apt-get install libnss3.')
    expect((await said('libodd.so.1')).end.trouble?.sentence).toContain('libodd.so.1')
  })

  it('that reaches no Wayland display is tried on X11', async () => {
    const script = `if [[ "$*" == *--ozone-platform=x11* ]]; then ${open}; exit 0; fi
      ${complain('ERROR:ozone_platform] Failed to connect to Wayland display')}; exit 1`
    const both = { env: { DISPLAY: ':0', WAYLAND_DISPLAY: 'wayland-0' } }
    expect((await started(script, both)).end).toEqual({ code: 0 })
    expect((await started(script, { env: { WAYLAND_DISPLAY: 'wayland-0' } })).end.trouble?.kind).toBe(
      'display',
    )
  })

  it('that dies without a word is told of by how it ended, and one that cannot be started by why', async () => {
    expect((await started('kill -SEGV $$')).end.trouble?.sentence).toBe(
      'Electron was ended by SIGSEGV before it had a window. To try it without the GPU: npm start -- --disable-gpu.',
    )
    expect((await started('echo "first" >&2; echo "last" >&2; exit 7')).end.trouble?.sentence).toBe(
      'Electron ended with code 7 before it had a window, saying "last". To see more of what it does: npm start -- --enable-logging.',
    )
    const { binary, root: folder } = await standIn('')
    await chmod(binary, 0o644)
    const { trouble } = await openElectron(binary, [], { root: folder, system: free })
    expect(trouble?.sentence).toContain('EACCES')
  })
})

it('npm start says why there is no window of Electron, and opens the app in an installed browser', async () => {
  const folder = await temporaryFolder()
  const { binary } = await standIn(
    'echo "FATAL:setuid_sandbox_host.cc(163)] The SUID sandbox helper" >&2; kill -TRAP $$',
  )
  const browser = join(folder, 'browser')
  await writeFile(browser, `#!/bin/bash\necho "$1" > "$(dirname "$0")/asked"\n`)
  await chmod(browser, 0o755)
  const app = spawn(process.execPath, [join(root, 'src/main/setup/start.cjs'), '--no-sandbox', folder], {
    env: {
      ...process.env,
      ...{ DISPLAY: ':97', CHROMIUM: browser, HOURGLASS_HOME: folder },
      ELECTRON_OVERRIDE_DIST_PATH: dirname(binary),
    },
  })
  const ended = new Promise<number | null>((resolve) => app.on('close', resolve))
  let [said, served] = ['', '']
  app.stderr.on('data', (data: Buffer) => (said += data))
  try {
    await new Promise<void>((resolve) =>
      app.stdout.on('data', (data: Buffer) => {
        served += data
        if (served.includes('Opened http')) resolve()
      }),
    )
    const asked = () => readFile(join(folder, 'asked'), 'utf8').catch(() => '')
    await expect.poll(asked).toMatch(/^--app=/)
  } finally {
    app.kill('SIGTERM')
    await ended
  }
  // With --no-sandbox root, too, starts Electron; what is for Electron is not handed to the served app.
  const [line] = said.trim().split('\n')
  expect(line).toMatch(/^This system forbids Electron its sandbox .*browser instead\.$/)
})
