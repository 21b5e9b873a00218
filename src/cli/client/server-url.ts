/** The address of a running Culprit, from `--url`, `CULPRIT_URL` or the default, without a slash at its end. */
import { UsageError } from '../../core/kernel/errors.ts'

const defaultUrl = 'http://127.0.0.1:8321'

/** Who asks is said by `CULPRIT_TOKEN`: an address is printed and logged. */
export function serverUrl(given: string | undefined): string {
  const text = (given ?? process.env['CULPRIT_URL'] ?? defaultUrl).replace(/\/+$/, '')
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && (url.username !== '' || url.password !== '')) {
    throw new UsageError('--url: no user and password in it; a token is given as CULPRIT_TOKEN')
  }
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--url: ${text} is no http address`)
  }
  return text
}
