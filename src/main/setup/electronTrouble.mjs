/**
 * What keeps Electron from opening a window, each in one sentence with the command that helps: told beforehand from the
 * settings of the system, or afterwards from what Electron said as it ended.
 */

/** What Chromium's sandbox needs and this system forbids; null where nothing of that kind is known. */
export function foreseenTrouble({ platform, uid, sudoUser, helper, hasHelperRights, hasProfile, setting }) {
  if (platform !== 'linux') return null
  if (uid === 0) return rootTrouble(sudoUser)
  if (hasHelperRights) return null
  const forbidding = userNamespaceSettings.find(([name, forbids]) => setting(name) === forbids)
  if (!forbidding) return null
  const [name, value] = forbidding
  // A profile of its own allows Electron what others may not.
  if (name.includes('apparmor') && hasProfile) return null
  return helperTrouble(`${name.replaceAll('/', '.')} is ${value}`, helper)
}

/** Under /proc/sys, with the value at which a program without rights gets no user namespace. */
const userNamespaceSettings = [
  ['kernel/unprivileged_userns_clone', '0'],
  ['kernel/apparmor_restrict_unprivileged_userns', '1'],
  ['user/max_user_namespaces', '0'],
]

function rootTrouble(sudoUser) {
  const command = sudoUser ? `sudo -u ${sudoUser} npm start` : `su NAME -c 'npm start'`
  return {
    kind: 'sandbox',
    sentence: `Electron's sandbox does not run as root. As another user it does: ${command}.`,
  }
}

function helperTrouble(why, helper) {
  const file = quoted(helper)
  return {
    kind: 'sandbox',
    sentence: `This system forbids Electron its sandbox (${why}). To allow it: sudo sh -c "chown root ${file} && chmod 4755 ${file}".`,
  }
}

const containerTrouble = {
  kind: 'sandbox',
  sentence:
    'This container forbids Electron its sandbox. To allow it: start the container with --security-opt seccomp=unconfined.',
}

const quoted = (path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", () => `'\\''`)}'`)

/** Why Electron ended, by what it wrote. `missing` are the libraries that the loader does not find. */
export function troubleOf({ said, code, signal, failure, hungMs, missing, release, ...system }) {
  if (failure)
    return {
      kind: 'unknown',
      sentence: `Electron cannot be started (${failure}). To install it anew: npm ci && node node_modules/electron/install.js.`,
    }
  const unfound = /error while loading shared libraries: ([^\s:]+)/.exec(said)?.[1]
  if (unfound) return libraryTrouble(missing.length > 0 ? missing : [unfound], release)
  if (/as root without --no-sandbox/i.test(said)) return rootTrouble(system.sudoUser)
  if (/setuid_sandbox_host|suid sandbox|no usable sandbox|move to new namespace|zygote_host_impl/i.test(said))
    return system.hasHelperRights ? containerTrouble : helperTrouble('user namespaces', system.helper)
  if (/missing x server|cannot open display|platform failed to initialize|connect to wayland/i.test(said))
    return {
      kind: 'display',
      sentence:
        'Electron cannot reach the display. To let it: start it in a terminal of the desktop itself, as the user who is logged in there.',
    }
  if (/gpu process (isn't usable|launch failed)|gpu_data_manager_impl|gpu_process_host/i.test(said))
    return {
      kind: 'gpu',
      sentence:
        "Electron's GPU process cannot start, not even without the GPU. To draw in software: npm start -- --disable-gpu --in-process-gpu.",
    }
  if (hungMs)
    return {
      kind: 'hang',
      sentence: `Electron opened no window within ${hungMs / 1000} s, and was ended. To try it without the GPU: npm start -- --disable-gpu.`,
    }
  const last = said.trim().split('\n').at(-1)
  const end = signal ? `was ended by ${signal}` : `ended with code ${code}`
  const help = signal
    ? 'To try it without the GPU: npm start -- --disable-gpu.'
    : 'To see more of what it does: npm start -- --enable-logging.'
  return {
    kind: 'unknown',
    sentence: `Electron ${end} before it had a window${last ? `, saying "${last.slice(-300)}"` : ''}. ${help}`,
  }
}

function libraryTrouble(libraries, release) {
  const isDebian = /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release)
  const packages = [...new Set(libraries.map((name) => packageOf(name, release)))]
  const known = packages.filter((name) => name !== null)
  const help =
    known.length === 0
      ? 'Install the package that brings it.'
      : `${isDebian ? 'To install' : 'In Debian and Ubuntu'}: sudo apt-get install ${known.join(' ')}.`
  return { kind: 'library', sentence: `Electron needs ${libraries.join(', ')}, which is not here. ${help}` }
}

/** The package of Debian that brings a library; null where it is none of those that Electron is linked with. */
function packageOf(library, release) {
  const found = debianPackages[library]
  if (!found) return null
  return hasWideTimes(release) && renamedForWideTimes.has(found) ? `${found}t64` : found
}

/** Debian 13 and Ubuntu 24.04 gave libraries another name when times became 64 bits wide on all machines. */
function hasWideTimes(release) {
  const [id, version] = ['ID', 'VERSION_ID'].map(
    (key) => new RegExp(`^${key}="?([^"\n]*)`, 'm').exec(release)?.[1],
  )
  return Number(version) >= ({ debian: 13, ubuntu: 24.04 }[id] ?? Infinity)
}

const renamedForWideTimes = new Set([
  'libgtk-3-0',
  'libasound2',
  'libatk1.0-0',
  'libatk-bridge2.0-0',
  'libatspi2.0-0',
  'libcups2',
  'libglib2.0-0',
])

/** What Electron's executable is linked with. */
const debianPackages = {
  'libasound.so.2': 'libasound2',
  'libatk-1.0.so.0': 'libatk1.0-0',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libatspi.so.0': 'libatspi2.0-0',
  'libcairo.so.2': 'libcairo2',
  'libcups.so.2': 'libcups2',
  'libdbus-1.so.3': 'libdbus-1-3',
  'libdrm.so.2': 'libdrm2',
  'libexpat.so.1': 'libexpat1',
  'libgbm.so.1': 'libgbm1',
  'libgio-2.0.so.0': 'libglib2.0-0',
  'libglib-2.0.so.0': 'libglib2.0-0',
  'libgobject-2.0.so.0': 'libglib2.0-0',
  'libgtk-3.so.0': 'libgtk-3-0',
  'libnspr4.so': 'libnspr4',
  'libnss3.so': 'libnss3',
  'libnssutil3.so': 'libnss3',
  'libpango-1.0.so.0': 'libpango-1.0-0',
  'libsmime3.so': 'libnss3',
  'libudev.so.1': 'libudev1',
  'libX11.so.6': 'libx11-6',
  'libxcb.so.1': 'libxcb1',
  'libXcomposite.so.1': 'libxcomposite1',
  'libXdamage.so.1': 'libxdamage1',
  'libXext.so.6': 'libxext6',
  'libXfixes.so.3': 'libxfixes3',
  'libxkbcommon.so.0': 'libxkbcommon0',
  'libXrandr.so.2': 'libxrandr2',
}
