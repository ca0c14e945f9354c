import { spawnSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../../support/requirements'
import { temporaryFolder } from '../../support/testFolder'

/** Starts a program in the place of a packaged app's, in bash, as `npm run test:package` does. */
async function tested(script: string) {
  const program = join(await temporaryFolder(), 'hourglass')
  await writeFile(program, `#!/bin/bash\n${script}\n`)
  await chmod(program, 0o755)
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'src/main/setup/testPackage.mjs'), program],
    { encoding: 'utf8', env: { ...process.env, HOURGLASS_PATIENCE_MS: '1500' } },
  )
  return { status, said: stdout.replace(program, () => 'It') }
}

it('tells a packaged app that opens a window from one that does not', async () => {
  expect(
    await tested('echo -n script > "$HOURGLASS_OPENED"; echo -n > "$HOURGLASS_OPENED"; exec sleep 20'),
  ).toEqual({
    status: 0,
    said: 'It: its window was open, and it ended when it was asked to.\n',
  })
  expect(await tested('echo "no sandbox" >&2; exit 5')).toEqual({
    status: 1,
    said: 'It: It ended with code 5 before its window was open. It said:\nno sandbox\n',
  })
  expect(await tested('echo -n script > "$HOURGLASS_OPENED"; exec sleep 20')).toEqual({
    status: 1,
    said: 'It: It opened no window within 1.5 s.\n',
  })
})
