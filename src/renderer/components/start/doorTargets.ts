/** The newest of them; null of none. */
export function newestOf<T extends { readonly createdAt: string }>(items: readonly T[]): T | null {
  return [...items].sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0] ?? null
}
