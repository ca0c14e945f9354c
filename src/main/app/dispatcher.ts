import { type CommandName, commands, type Handlers } from '../../shared/api/commands'
import { type Connection, type Reply, requestSchema } from '../../shared/api/messages'
import { CancelledError, ExpectedError, toErrorMessage } from '../../shared/errors'
import { inBackground } from '../../shared/inBackground'
import type { EventBus } from '../base/eventBus'
import type { Log } from '../base/log'
import { explainUnforeseen } from '../store/fileErrors'

export interface Dispatched {
  readonly handlers: Handlers
  readonly events: EventBus
  readonly log: Log
}

/** Progress that a window is behind with is dropped: the next one says the same and more. */
const droppable = new Set<string>(['training.progressed'])

/**
 * What stands between a window and the services: parses (the command's schema), handles, replies. A bug is logged here,
 * once, with its stack; what a window sends that is none of our commands is refused and logged as one line.
 */
export class Dispatcher {
  constructor(private readonly app: Dispatched) {}

  /** Serves a window until its connection closes. */
  connect(connection: Connection): void {
    const stop = this.app.events.forward((event, payload) => {
      if (droppable.has(event) && connection.isBehind?.()) return
      connection.send({ kind: 'event', event, payload })
    })
    connection.onClose(stop)
    connection.onMessage((message) => {
      inBackground(this.handle(message).then((reply) => reply && connection.send(reply)))
    })
  }

  /** Null for what is not even a request, which nobody waits for an answer to. */
  async handle(message: unknown): Promise<Reply | null> {
    const request = requestSchema.safeParse(message)
    if (!request.success) {
      this.app.log.warn('Refused a message that is no request.')
      return null
    }
    const { id, command, params } = request.data
    try {
      return { kind: 'result', id, result: await this.run(command, params) }
    } catch (error) {
      return { kind: 'error', id, error: this.explain(command, error) }
    }
  }

  private async run(command: string, params: unknown): Promise<unknown> {
    if (!isCommand(command)) throw this.refused(`There is no command “${command}”.`)
    const parsed = commands[command].safeParse(params ?? {})
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const field = issue!.path.join('.')
      throw this.refused(`${command}${field && ` (${field})`}: ${issue!.message}`)
    }
    const handler = this.app.handlers[command] as (params: unknown) => Promise<unknown>
    return handler(parsed.data)
  }

  private refused(why: string): ExpectedError {
    this.app.log.warn(`Refused: ${oneLine(why)}`)
    return new ExpectedError('bad-usage', why)
  }

  private explain(command: string, error: unknown) {
    if (error instanceof ExpectedError || error instanceof CancelledError) return toErrorMessage(error)
    this.app.log.error(`${command} failed.`, error)
    const explained = explainUnforeseen(error)
    if (explained instanceof ExpectedError) return toErrorMessage(explained)
    const message = `Something went wrong in Hourglass: ${(error as Error).message}`
    return { kind: 'bug', message } as const
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}

/** What comes from outside cannot forge a line of the log. */
const oneLine = (text: string) => text.replace(/\p{Cc}+/gu, ' ').slice(0, 300)
