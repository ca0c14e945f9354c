import { describe, expect, it } from 'vitest'
import { buildsFor, mapsSystemGlib, sharp, sharpBuild } from '../../../src/main/base/sharp'

const maps = `
7f1c00000000-7f1c00021000 rw-p 00000000 00:00 0
7f1c10000000-7f1c10400000 r-xp 00000000 08:01 77 /app/node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8.18.7
`
const system = '7f1c2000-7f1c2040 r-xp 00000000 08:01 78 /usr/lib/x86_64-linux-gnu/libglib-2.0.so.0.7400.6\n'

describe('which build of sharp is loaded', () => {
  const linux = { platform: 'linux', arch: 'x64', hasSystemGlib: false }

  it('is its own, unless a GLib of the system is in the process', () => {
    expect(mapsSystemGlib(maps)).toBe(false)
    expect(mapsSystemGlib(maps + system)).toBe(true)
    expect(buildsFor(linux)).toEqual(['plain'])
    expect(buildsFor({ ...linux, platform: 'darwin', hasSystemGlib: true })).toEqual(['plain'])
  })

  it('is one that hides its GLib where there is one, else WebAssembly', () => {
    expect(buildsFor({ ...linux, hasSystemGlib: true })).toEqual(['hidden', 'wasm'])
    expect(buildsFor({ ...linux, hasSystemGlib: true, arch: 'arm64' })).toEqual(['wasm'])
  })

  it('can be named, and another name counts for nothing', () => {
    expect(buildsFor({ ...linux, wanted: 'wasm' })).toEqual(['wasm'])
    expect(buildsFor({ ...linux, wanted: 'fast' })).toEqual(['plain'])
  })

  it('is sharp itself here', async () => {
    expect(sharpBuild).toBe('plain')
    expect((await sharp(Buffer.from('<svg width="2" height="3"/>')).metadata()).height).toBe(3)
  })
})
