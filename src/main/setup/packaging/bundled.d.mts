export const bundled: string[]
