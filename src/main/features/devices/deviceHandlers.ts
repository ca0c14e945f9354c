import type { CommandName, Handlers } from '../../../shared/api/commands'
import type { DeviceService } from './deviceService'

type DeviceCommand = Extract<CommandName, `devices.${string}`>

export function deviceHandlers(devices: DeviceService): Pick<Handlers, DeviceCommand> {
  return {
    'devices.state': () => devices.state(),
    'devices.measure': async (params) => devices.measure(params),
    'devices.setupTensorflow': async () => devices.setupTensorflow(),
  }
}
