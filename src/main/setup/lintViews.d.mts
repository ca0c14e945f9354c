export function scriptOf(view: string): string
