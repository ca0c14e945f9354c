import type { ActionContext } from './useActionContext'

/** What the search by name finds, and what choosing it does. */
export interface Action {
  /** Unique. */
  readonly name: string
  /** What it is called, in the person's language. */
  readonly label: string
  readonly kind: 'screen' | 'action' | 'dataset' | 'run' | 'model'
  perform(): void
}

/** One action, or several of a kind, such as all datasets; made anew whenever the search opens. */
type Source = (context: ActionContext) => readonly Action[]

const sources = new Map<string, Source>()

/** Adds actions that depend on what there is. What they need comes in the context. */
export function registerActions(name: string, source: Source): void {
  if (sources.has(name)) throw new Error(`There are two actions called ${name}.`)
  sources.set(name, source)
}

/** Adds an action to the search by name. This is all that is needed. */
export function registerAction(action: {
  readonly name: string
  readonly label: (context: ActionContext) => string
  readonly kind?: Action['kind']
  readonly perform: (context: ActionContext) => void
}): void {
  const { name, label, kind = 'action', perform } = action
  registerActions(name, (context) => [{ name, kind, label: label(context), perform: () => perform(context) }])
}

/** All actions, in the order in which they were registered. */
export const actionsFor = (context: ActionContext): readonly Action[] =>
  [...sources.values()].flatMap((source) => source(context))
