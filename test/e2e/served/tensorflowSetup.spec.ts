import { randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { PackageIndexServer, wheelOf } from '../../support/packageIndexServer'
import { root } from '../../support/requirements'
import { serve } from '../support/servedApp'

const ours = '@tensorflow/tfjs-node-gpu'

/** The build as a package has it: with an addon, without TensorFlow's libraries and without the checkout. */
async function withoutTensorflow(folder: string): Promise<string> {
  await cp(join(root, 'out/main'), join(folder, 'out/main'), { recursive: true })
  await cp(join(root, 'out/renderer'), join(folder, 'out/renderer'), { recursive: true })
  for (const name of ['resources', 'package.json']) await symlink(join(root, name), join(folder, name))
  const packages = join(root, 'node_modules')
  await mkdir(join(folder, 'node_modules/@tensorflow'), { recursive: true })
  const scoped = (await readdir(join(packages, '@tensorflow'))).map((name) => `@tensorflow/${name}`)
  const names = [...(await readdir(packages)).filter((name) => name !== '@tensorflow'), ...scoped]
  for (const name of names.filter((one) => one !== ours))
    await symlink(join(packages, name), join(folder, 'node_modules', name))
  await mkdir(join(folder, 'node_modules', ours))
  await cp(join(packages, ours, 'package.json'), join(folder, 'node_modules', ours, 'package.json'))
  await mkdir(join(folder, 'tensorflow'))
  await writeFile(join(folder, 'tensorflow/tfjs_binding.node'), 'no addon: it is never loaded here')
  return join(folder, 'out/main/cli.js')
}

async function servedWheel(): Promise<PackageIndexServer> {
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  const project = process.arch === 'arm64' ? 'tensorflow' : 'tensorflow-cpu'
  const content = wheelOf({
    'tensorflow/libtensorflow_cc.so.2': randomBytes(3_000_000),
    'tensorflow/libtensorflow_framework.so.2': Buffer.from('no library'),
  })
  const filename = `${project}-2.21.0-cp311-cp311-manylinux_2_17_${arch}.whl`
  return PackageIndexServer.start([{ project, version: '2.21.0', filename, content }])
}

test.skip(process.platform !== 'linux', 'Elsewhere the wheels have no library that could be used.')

test('TensorFlow is set up in the settings: how far it is, Cancel, and a wrong checksum', async ({
  page,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'hourglass-setup-'))
  const index = await servedWheel()
  const app = await serve({ home: join(folder, 'home'), roots: [], cli: await withoutTensorflow(folder) })
  await page.goto(app.address)
  await page.getByRole('link', { name: 'Settings', exact: true }).click()
  await expect(page.getByText(/^TensorFlow is not available here/)).toBeVisible()

  // It comes from where the person says.
  await page.getByRole('button', { name: /^Package index/ }).click()
  const address = page.getByRole('textbox', { name: 'Address of its JSON API' })
  await address.fill(index.address)
  await address.press('Tab')
  await expect(page.getByText(/^TensorFlow is downloaded from 127\.0\.0\.1:/)).toBeVisible()

  index.halts = [1_000_000]
  const setup = page.getByRole('button', { name: 'Set up TensorFlow' })
  await setup.click()
  const underWay = page.getByRole('region', { name: 'Setting up TensorFlow' })
  await expect(underWay.getByRole('progressbar')).toHaveAttribute('aria-valuenow', /^[1-9]/)
  await expect(underWay).toContainText(/[kM]B of 3(\.0)? MB/)
  await expect(setup).toBeHidden()
  await underWay.getByRole('button', { name: 'Cancel' }).click()
  await expect(underWay).toBeHidden()

  index.corrupted = 2
  await setup.click()
  const panel = page.getByRole('region', { name: 'What computes' })
  await expect(panel.getByText(/arrived with a wrong checksum, twice\. It was thrown away\./)).toBeVisible()
  await expect(setup).toBeVisible()
  // What had been written before it was cancelled was not asked for again.
  expect(index.requests.find((request) => request.includes('bytes='))).toMatch(/ bytes=[1-9]\d{5,6}-$/)
  await app.stop()
  await index.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})
