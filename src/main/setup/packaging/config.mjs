import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installedPackages, packagesInside } from './packages.mjs'

/** What no package needs to run. */
const leftOut = [
  '!**/*.{map,ts,mts,cts,tsx,md,markdown,flow,cc,h,gyp,gypi,tsbuildinfo}',
  '!node_modules/{*,@*/*}/{test,tests,__tests__,spec,example,examples,docs,src/test,.github}/**',
  '!**/*{_test,.test,.spec}.{js,mjs,cjs}',
  // Of the fonts: Latin letters, in the one format that is read.
  '!node_modules/@fontsource/*/*.{css,scss,json}',
  '!node_modules/@fontsource/*/{scss,files}/!(*-latin-[0-9]*-normal.woff)',
  // Of TensorFlow.js: what its packages name as their entry in Node.js.
  '!node_modules/@tensorflow/{tfjs,tfjs-core,tfjs-layers,tfjs-data,tfjs-converter,tfjs-backend-*}/{src,scripts,wasm-out}/**',
  '!node_modules/@tensorflow/{tfjs,tfjs-core,tfjs-layers,tfjs-data,tfjs-converter,tfjs-backend-*}/dist/*/**',
  '!node_modules/@tensorflow/{tfjs,tfjs-core,tfjs-layers,tfjs-data,tfjs-converter,tfjs-backend-*}/dist/!(*.node.js)',
  '!node_modules/@tensorflow/tfjs-node-gpu/{deps,lib,scripts,binding,src}/**',
  '!node_modules/@tensorflow/tfjs-node-gpu/dist/run_tests.js',
]

/** Each package holds the libraries of its own platform only. */
const ofOthers = ({ platform, arch }) => [
  `!node_modules/onnxruntime-node/bin/napi-v6/!(${platform})/**`,
  `!node_modules/onnxruntime-node/bin/napi-v6/${platform}/!(${arch})/**`,
  '!node_modules/onnxruntime-node/{script,lib/**/*.map}/**',
]

const appArmorProfile = fileURLToPath(new URL('apparmor-profile', import.meta.url))

/** What lies beside the archive: the addon, from where the app puts it beside the libraries that it fetches, and AppArmor's profile. */
const resourcesOf = ({ platform }, addon) => [
  ...(addon === null ? [] : [{ from: addon, to: 'tensorflow/tfjs_binding.node' }]),
  ...(platform === 'linux' ? [{ from: appArmorProfile, to: 'apparmor-profile' }] : []),
]

const fuses = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false,
}

/** electron-builder leaves it in a distribution that it has not unpacked itself: what Electron shows where there is no app. */
function removeDefaultApp({ appOutDir, packager }) {
  rmSync(join(packager.getResourcesDir(appOutDir), 'default_app.asar'), { force: true })
}

/** electron-builder's configuration for the platform of this machine, whose libraries are the ones that npm has installed. */
export function packagingConfig({
  root,
  target,
  distribution,
  electronVersion,
  licenses,
  addon,
  updates,
  output,
}) {
  const inside = new Set(packagesInside(root, target))
  const others = installedPackages(root).filter((name) => !inside.has(`node_modules/${name}`))
  return {
    appId: 'io.github.hourglass',
    productName: 'Hourglass',
    copyright: 'The authors of Hourglass; MIT',
    directories: { output, buildResources: join(root, 'resources') },
    electronDist: distribution.folder,
    electronVersion,
    ...(distribution.hasLanguages ? { electronLanguages: ['en', 'de'] } : {}),
    npmRebuild: false,
    // The packages of Debian and Fedora must name a page.
    extraMetadata: { homepage: 'https://hourglass.github.io' },
    publish: updates,
    afterPack: removeDefaultApp,
    files: [
      'out/{main,preload,renderer}/**',
      '!out/main/{cli.js,cli.js.map}',
      'package.json',
      'resources/{icon.png,models/**,sample/**}',
      ...leftOut,
      ...ofOthers(target),
      ...others.map((name) => `!node_modules/${name}/**`),
    ],
    extraFiles: [{ from: licenses, to: 'LICENSES.txt' }],
    extraResources: resourcesOf(target, addon),
    asar: true,
    // A worker thread sees nothing within an archive, and native libraries cannot be loaded from one. What a worker imports
    // lies beside it: its chunks, all packages, the models.
    asarUnpack: [
      'package.json',
      'out/main/{computeWorker,decodeWorker,tensorflowProbe}.js',
      'out/main/chunks/**',
      'node_modules/**',
      'resources/**',
    ],
    electronFuses: distribution.hasFuses ? fuses : null,
    fileAssociations: [
      {
        ext: ['png', 'jpg', 'jpeg', 'webp', 'avif', 'tif', 'tiff', 'gif', 'heic'],
        role: 'Viewer',
        name: 'Picture',
      },
      { ext: 'hourglass', role: 'Viewer', name: 'Model of Hourglass', mimeType: 'application/x-hourglass' },
    ],
    linux: {
      target: ['AppImage', 'deb', 'rpm'],
      executableName: 'hourglass',
      category: 'Graphics',
      synopsis: 'Trains autoencoders on folders of images, and takes noise out of pictures',
      maintainer: 'Hourglass <hourglass@users.noreply.github.com>',
      vendor: 'Hourglass',
      mimeTypes: pictureTypes,
    },
    deb: { appArmorProfile },
    rpm: { appArmorProfile },
    // Else its entry in the menu of the desktop starts it without Chromium's sandbox.
    appImage: { executableArgs: [] },
    mac: { target: 'dmg', category: 'public.app-category.graphics-design' },
    win: { target: 'nsis' },
    nsis: { oneClick: true, perMachine: false },
  }
}

/** On Linux files are opened by their type. */
const pictureTypes = ['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif', 'heic'].map((name) => `image/${name}`)
