/**
 * `npm run dev`: the app with hot reload. In Electron where its binary is here; else the page comes from a development
 * server, which hands on to the served app what the page asks of it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import checkout from './checkout.cjs'
import { hasDisplay } from './display.mjs'
import { electronBinary } from './electronBinary.mjs'
import { foreseenTrouble } from './electronTrouble.mjs'
import { systemOf } from './openElectron.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const port = 5173
const origin = `http://127.0.0.1:${port}`

checkout.prepareCheckout(root)
const electron = hasDisplay() ? electronBinary(root) : { path: null, reason: 'There is no display' }
const trouble = electron.path ? foreseenTrouble(systemOf(electron.path, process.env)) : null
if (electron.path && !trouble) {
  const vite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const env = { ...process.env, HOURGLASS_DEV: '1' }
  process.exit(
    spawnSync(process.execPath, [vite, 'dev', '--watch'], { cwd: root, stdio: 'inherit', env }).status ?? 1,
  )
}

const reason = trouble?.sentence ?? `${electron.reason}.`
console.error(`${reason} The page is served to a browser, with hot reload.`)
const cli = join(root, 'out', 'main', 'cli.js')
const app = spawn(process.execPath, [cli, '--json', 'serve', '--dev-origin', origin], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const stop = () => app.kill('SIGINT')
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
app.on('close', (code) => process.exit(code ?? 1))
createInterface(app.stdout).on('line', (line) => {
  const said = JSON.parse(line)
  if (said.type === 'serving') void serve(new URL(said.address))
})

async function serve(address) {
  const { createServer } = await import('vite')
  const { default: vue } = await import('@vitejs/plugin-vue')
  const handOn = { target: address.origin, changeOrigin: true }
  const server = await createServer({
    configFile: false,
    root: join(root, 'src', 'renderer'),
    plugins: [vue()],
    server: {
      host: '127.0.0.1',
      port,
      strictPort: true,
      // Cookies know no ports: what the app sets is sent to the page's own server as well.
      proxy: {
        '^/\\?token=': handOn,
        '/uploads': handOn,
        '/pictures': handOn,
        '/socket': { ...handOn, ws: true },
      },
    },
  })
  await server.listen()
  console.log(`Open ${origin}/${address.search}`)
}
