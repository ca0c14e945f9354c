import { ExpectedError } from '../../../shared/errors'
import type { Device, Runtime } from './runtime'
import { sentence } from '../../../shared/texts/sentence'

/** The device of that name, or the runtime's first. @throws ExpectedError `runtime-missing` */
export function deviceOf(runtime: Runtime, id: string | undefined): Device {
  const devices = runtime.devices()
  const device = id === undefined ? devices[0] : devices.find((candidate) => candidate.id === id)
  if (device) return device
  const known = devices.map((candidate) => candidate.id).join(', ')
  throw new ExpectedError(
    'runtime-missing',
    sentence('devices.runtimeWithoutDevice', { runtime: runtime.name, device: String(id), known }),
  )
}
