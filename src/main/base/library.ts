import { ExpectedError } from '../../shared/errors'
import { isTaken } from '../../shared/freeName'
import { sentence } from '../../shared/texts/sentence'

export const libraryKinds = ['datasets', 'runs', 'models', 'anomalies', 'tables'] as const
export type LibraryKind = (typeof libraryKinds)[number]

/** One dataset, run, model or search for odd images or table of ratings: where it lies, and whether that is outside of the library's own folder. */
export interface LibraryEntry {
  readonly kind: LibraryKind
  readonly id: string
  /** Absolute path. */
  readonly folder: string
  /** Put elsewhere by the command line and only registered here: `link.json` in the library names the folder. */
  readonly external: boolean
}

/**
 * The folder that holds datasets, runs and models, each under an id (DESIGN.md, What is on disk). It knows folders and
 * nothing of what is in them. Several processes share it: the window, the command line.
 */
export interface Library {
  /** Absolute path. Changes when the library is moved. */
  readonly location: string
  entries(kind: LibraryKind): Promise<LibraryEntry[]>
  /** @throws ExpectedError `not-found` when there is none, and for anything that is not an id */
  find(kind: LibraryKind, id: string): Promise<LibraryEntry>
  /** The id of a folder, wherever it lies; null where it is not in the library. */
  idOf(kind: LibraryKind, folder: string): Promise<string | null>
  /** An id made of `name`, unique also against other processes, with an empty folder for it. */
  create(kind: LibraryKind, name: string): Promise<LibraryEntry>
  /** Makes a folder that lies elsewhere known here; gives the entry it has where it is known already. */
  register(kind: LibraryKind, folder: string): Promise<LibraryEntry>
  /** Deletes the folder; an external one is only forgotten. */
  remove(kind: LibraryKind, id: string): Promise<void>
  /** Puts it into the trash, whole and at once; an external one is only forgotten. Resolves to the key that restores it. */
  discard(kind: LibraryKind, id: string): Promise<string>
  /** Brings it back under its id. @throws ExpectedError when it is gone for good, or its id is taken */
  restore(key: string): Promise<{ kind: LibraryKind; id: string }>
  /** Deletes for good what these keys would restore. Keys that restore nothing are ignored. */
  empty(keys: readonly string[]): Promise<void>
  /**
   * Entries that came, went, or whose own files changed, whoever did it, not more often than twice a second an entry.
   * Null means: anything may have changed. Returns the function that stops listening.
   */
  onChange(listen: (change: { kind: LibraryKind; id: string } | null) => void): () => void
}

/** An id made of a name: lower-case letters, digits and single hyphens, at most 60 characters; `fallback` where none is left. */
export function slugOf(name: string, fallback: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '')
  return slug || fallback
}

/** @throws ExpectedError when another entry of that kind is called so */
export function refuseTaken(
  kind: 'dataset' | 'run' | 'model',
  id: string,
  name: string,
  entries: readonly { readonly id: string; readonly name: string }[],
): void {
  const others = entries.filter((entry) => entry.id !== id).map((entry) => entry.name)
  if (!isTaken(name, others)) return
  throw new ExpectedError('bad-input', sentence('library.calledAlreadyChooseAnother', { kind, name }))
}
