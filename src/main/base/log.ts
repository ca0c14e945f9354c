/** Where the app writes down what happened, for a person who looks into why. One line an entry. */
export interface Log {
  info(text: string): void
  warn(text: string): void
  /** With the stack, where the error has one. */
  error(text: string, error?: unknown): void
}
