import type { z } from 'zod'

declare const given: unique symbol

/** The schema of a command's parameters, which knows what the command gives. */
export type Command<S extends z.ZodType, R> = S & { readonly [given]?: R }

/** What a command of the contract gives. */
export type Given<C> = C extends { readonly [given]?: infer R } ? R : never

/** An entry of the contract: `command(schema).gives<Result>()`. */
export const command = <S extends z.ZodType>(schema: S) => ({ gives: <R>(): Command<S, R> => schema })
