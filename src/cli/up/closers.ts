/** What was opened, in order: it is closed in the reverse of it, each once, a failure of one not stopping the rest. */
export type Closers = (() => Promise<void>)[]

export async function closeInReverse(closers: Closers): Promise<void> {
  const failures: unknown[] = []
  for (const close of closers.splice(0).reverse()) {
    try {
      await close()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}
