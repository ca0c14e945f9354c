import en from './en.json' with { type: 'json' }

const { errors } = en
type Errors = typeof errors
type Room = keyof Errors

/** Names a sentence of `errors` in the files of texts: `training.runTrainingAlready`. */
export type SentenceKey = { [R in Room]: `${R}.${Extract<keyof Errors[R], string>}` }[Room]

/** What may stand in a gap of a sentence. */
export type SentenceValues = Readonly<Record<string, string | number>>

/**
 * The English sentence of an error. Everything that tells of an error passes it on in English: logs, the command line, runs
 * that failed. The window says it in its own language with `translateSentence`, which finds the key and the values again.
 */
export function sentence(key: SentenceKey, values: SentenceValues = {}): string {
  const [room, name] = key.split('.') as [Room, string]
  const text = (errors[room] as Readonly<Record<string, string>>)[name]!
  return text.replace(/\{(\w+)\}/g, (gap, value: string) => String(values[value] ?? gap))
}
