import { reportBackgroundFailures } from '../../shared/inBackground'
import type { Log } from '../base/log'

/**
 * Nothing that goes wrong outside of a command ends the app, which may be training: it is logged, and the app goes on.
 * What was asked for in a window still fails there, with its reason.
 */
export function surviveFaults(log: Log): void {
  const report = (error: unknown) => log.error('Something went wrong outside of any command.', error)
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
  reportBackgroundFailures(report)
}
