/** CPU time of a process, user and system, all its threads, from /proc. */
import { readFileSync } from 'node:fs'

/** Ticks of the kernel's clock per second (sysconf _SC_CLK_TCK on Linux). */
const ticksPerSecond = 100

export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Resident memory in MB. */
export function memoryMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}
