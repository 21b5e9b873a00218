/**
 * Whether a file or a line is likely to hold a secret, by its name and its form: no word of it may leave a repository.
 * A guess on the side of silence; pure text.
 */
const secretFile =
  /(?:^|\/)(?:\.env(?:\.[^/]*)?|\.npmrc|\.netrc|\.pgpass|\.pypirc|\.htpasswd|\.dockercfg|id_[a-z0-9]+|[^/]*(?:secret|credential|password|keystore)[^/]*)$|\.(?:pem|key|p12|pfx|jks|keystore|crt|cer|der|asc|gpg|kdbx|ppk|tfvars|tfstate|env)$/i
const secretName =
  /(?:secret|passw(?:or)?d|passwd|pwd|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|bearer|connection[_-]?string)/i
/** A name, then a value: in quotes, or of a key's letters alone to the end of the line. */
const assigned = /[:=]\s*(?:["'`]|(?:(?:Bearer|Basic)\s+)?[\w+/=-]{8,}\s*$)/

export function isSecretFile(path: string): boolean {
  return secretFile.test(path)
}

/** `DB_PASSWORD=…`, `apiKey: "…"`, the marks around a key. */
export function isSecretLine(line: string): boolean {
  if (/-----(?:BEGIN|END) /.test(line)) return true
  return secretName.test(line) && assigned.test(line)
}

/**
 * A word that no person would choose: long with digits, long without a break that a name would have, or of letters whose
 * case changes without sense.
 */
export function isSecretWord(word: string): boolean {
  if (/(?:\d\D*){3}/.test(word)) return true
  if (word.length >= 16 && /\d/.test(word)) return true
  const parts = word.split(/_|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
  if (parts.some((part) => part.length > 20)) return true
  // Names change case at words; what changes it every other letter is no name.
  return parts.length > 3 && word.length / parts.length < 3
}
