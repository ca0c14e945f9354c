export const tensorflowVersion: string
export const pythonVersion: string
export const packageOf: (variant: 'cpu' | 'cuda', isArm: boolean) => string
export const libraries: readonly (readonly [file: string, linkName: string])[]
export const headers: readonly string[]
