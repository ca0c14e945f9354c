export function hasNvidiaGpu(): Promise<boolean>
