export const tensorflowVersion: string
