/** `npm run bench`: these measure in Chromium; everything else is a command of `hourglass bench`. */
const { spawnSync } = require('node:child_process')
const { join, resolve } = require('node:path')

const inBrowser = ['app', 'denoise-folder', 'denoise-screen', 'latent']
const [what, ...args] = process.argv.slice(2)
if (inBrowser.includes(what)) measureInBrowser(`${what}.spec.ts`)
else {
  process.argv.splice(2, 0, 'bench')
  require('./hourglass.cjs')
}

function measureInBrowser(spec) {
  const { prepareCheckout } = require('./checkout.cjs')
  const root = resolve(__dirname, '../../..')
  prepareCheckout(root)
  const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  const config = join(root, 'test', 'bench', 'playwright.config.ts')
  const { status } = spawnSync(process.execPath, [playwright, 'test', '--config', config, spec, ...args], {
    cwd: root,
    stdio: 'inherit',
  })
  process.exit(status ?? 1)
}
