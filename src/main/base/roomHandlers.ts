import {
  type CommandName,
  commands,
  type Handlers,
  type ParsedParams,
  type Results,
} from '../../shared/api/commands'

/** A room's handlers by the second part of their commands' names. */
type RoomHandlers<Room extends string> = {
  [C in CommandName as C extends `${Room}.${infer M}` ? M : never]: Handlers[C]
}

/** A method without a result answers a command that gives null. */
type Answer<C extends CommandName> =
  Results[C] | Promise<Results[C]> | (null extends Results[C] ? void | Promise<void> : never)

/** Whether a method takes what the command has, and gives what the command gives. */
type Answers<Method, C extends CommandName> = Method extends (...given: infer P) => infer R
  ? (P extends [] ? true : [ParsedParams<C>] extends P ? true : false) extends true
    ? [R] extends [Answer<C>]
      ? true
      : false
    : false
  : false

type Answered<Room extends string, Service, Own> = {
  [
    C in CommandName as C extends `${Room}.${infer M}`
      ? M extends Own
        ? C
        : M extends keyof Service
          ? Answers<Service[M], C> extends true
            ? C
            : never
          : never
      : never
  ]: Handlers[C]
}

/**
 * Handlers of a room. A command goes to the service's method of its name where that takes its parameters and gives its result;
 * `own` answers the others. A command that nobody answers is missing in the result, which the type of all handlers tells.
 */
export function roomHandlers<
  Room extends string,
  Service extends object,
  Own extends keyof RoomHandlers<Room> = never,
>(room: Room, service: Service, own: Pick<RoomHandlers<Room>, Own>): Answered<Room, Service, Own> {
  const methods = service as Readonly<Record<string, unknown>>
  const handlers = (Object.keys(commands) as CommandName[])
    .filter((command) => command.startsWith(`${room}.`))
    .map((command) => {
      const name = command.slice(room.length + 1)
      if (Object.hasOwn(own, name)) return [command, own[name as Own]] as const
      const method = methods[name]
      if (typeof method !== 'function') return null
      return [
        command,
        async (params: unknown) => ((await method.call(service, params)) as unknown) ?? null,
      ] as const
    })
  return Object.fromEntries(handlers.filter((one) => one !== null)) as unknown as Answered<Room, Service, Own>
}
