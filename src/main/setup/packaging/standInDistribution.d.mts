export function makeStandInDistribution(folder: string, version: string): void
