export const train = {}
