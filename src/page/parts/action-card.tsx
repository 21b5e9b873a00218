/**
 * What to do: the suggestion, what speaks against it first, what was checked, and the commands a person would
 * type. Culprit only suggests here: nothing on the page runs anything.
 */
import { useState } from 'preact/hooks'
import type { Incident } from '../../contracts/incident.ts'
import type { Rollback } from '../../contracts/rollback.ts'
import { chance } from '../model/figures.ts'
import { clockTime } from '../model/time.ts'
import { isOpen, versionOf } from '../model/verdict.ts'
import { zone } from '../state/place.ts'

const stateText: Readonly<Record<Rollback['state'], string>> = {
  suggested: 'Suggested; nothing has been run.',
  waiting: 'Waits for a person.',
  approved: 'Approved.',
  rejected: 'Rejected.',
  expired: 'The suggestion has ended.',
  executing: 'Is being rolled back.',
  done: 'Rolled back. Watched whether it helps.',
  failed: 'The rollback failed.',
  uncertain: 'Not known whether it ran. Look before you try again.',
  cured: 'Rolled back, and that cured it.',
  persisting: 'Rolled back, and it is still there.',
}

export function ActionCard({ incident }: { incident: Incident }) {
  const { suggestion } = incident
  return (
    <section class="panel padded action" id="what-to-do" aria-label="What to do">
      <p class="notes">What to do</p>
      {suggestion === null ? (
        <NoSuggestion incident={incident} />
      ) : (
        <Suggestion incident={incident} suggestion={suggestion} />
      )}
    </section>
  )
}

function NoSuggestion({ incident }: { incident: Incident }) {
  return (
    <>
      <h2 class="answer">{isOpen(incident) ? 'No suggestion' : 'Nothing, it is over'}</h2>
      <p class="notes">
        {isOpen(incident)
          ? 'Culprit knows no release to go back to that would likely cure this.'
          : 'It is back to usual.'}
      </p>
    </>
  )
}

function Suggestion({ incident, suggestion }: { incident: Incident; suggestion: Rollback }) {
  const { to, from, refusals, checks, commands, confidence, expiresAt, state } = suggestion
  const changes =
    incident.regressions.find(({ release }) => release.version === from.version)?.release.changes
      .count ?? 0
  return (
    <>
      <h2 class="answer">Roll back to {versionOf(to)}</h2>
      <p class="text">
        <strong>{chance(confidence)}</strong> likely to cure this
        {changes > 1 &&
          `: that is the chance that the cause is among the ${changes} changes it takes back`}
        .
      </p>
      {refusals.length > 0 && (
        <ul class="facts against" aria-label="What speaks against it">
          {refusals.map(({ code, fact }) => (
            <li key={code}>
              <Sign kind="against" /> {fact}
            </li>
          ))}
        </ul>
      )}
      <ul class="facts" aria-label="What was checked">
        {checks.map(({ code, fact }) => (
          <li key={code}>
            <Sign kind="checked" /> {fact}
          </li>
        ))}
        {checks.length === 0 && refusals.length === 0 && (
          <li>Nothing was found that speaks against it.</li>
        )}
      </ul>
      <Commands commands={commands} />
      <p class="notes">
        {stateText[state]}
        {(state === 'suggested' || state === 'waiting') &&
          ` The suggestion ends at ${clockTime(expiresAt, zone.value, 'minutes')}.`}
        {suggestion.mode === 'suggest' && ' Mode suggest: commands only.'}
      </p>
    </>
  )
}

/** The first command stands open, other tools' behind a fold: one of them is the reader's. */
function Commands({ commands }: { commands: Rollback['commands'] }) {
  const [first, ...others] = commands
  if (first === undefined) return null
  return (
    <>
      <CommandLine tool={first.for} command={first.command} />
      {others.length > 0 && (
        <details class="other-commands">
          <summary class="notes">With {others.map((each) => each.for).join(', ')}</summary>
          {others.map((each) => (
            <CommandLine key={each.for} tool={each.for} command={each.command} />
          ))}
        </details>
      )}
    </>
  )
}

function Sign({ kind }: { kind: 'against' | 'checked' }) {
  return (
    <>
      <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
        <path
          d={kind === 'checked' ? 'm2 7.4 3.2 3.2L12 3.8' : 'M7 2v6M7 10.4v1.8'}
          fill="none"
          stroke="currentColor"
          stroke-width="1.8"
        />
      </svg>
      <span class="hidden">{kind === 'checked' ? 'Checked:' : 'Against:'}</span>
    </>
  )
}

function CommandLine({ tool, command }: { tool: string; command: string }) {
  return (
    <div class="command">
      <code title={tool}>{command}</code>
      <CopyButton text={command} words="Copy" label={`Copy the command for ${tool}`} small />
    </div>
  )
}

const copiedForMs = 2_000

interface CopyProps {
  readonly text: string
  readonly words: string
  readonly label?: string
  readonly small?: boolean
}

function CopyButton({ text, words, label, small = false }: CopyProps) {
  const [said, setSaid] = useState<string | null>(null)
  const copy = () => {
    const clipboard: Clipboard | undefined = navigator.clipboard
    const copying =
      clipboard === undefined
        ? Promise.reject(new Error('no clipboard'))
        : clipboard.writeText(text)
    void copying.then(
      () => setSaid('Copied'),
      () => setSaid('Copy by hand'),
    )
    setTimeout(() => setSaid(null), copiedForMs)
  }
  return (
    <button
      type="button"
      class={small ? 'plain copy' : 'button primary'}
      aria-label={said ?? label}
      onClick={copy}
    >
      {said ?? words}
    </button>
  )
}

/** On the phone, fixed below: the suggestion, its chance, and the command to take along. */
export function ActionBar({ incident: { suggestion } }: { incident: Incident }) {
  const command = suggestion?.commands[0]
  if (suggestion === null || command === undefined) return null
  return (
    <div class="bar-fixed" role="region" aria-label="Suggestion">
      <p>
        <strong>Roll back to {versionOf(suggestion.to)}</strong>
        <span>{chance(suggestion.confidence)} likely to cure this</span>
      </p>
      <div>
        <CopyButton text={command.command} words="Copy command" />
        <a class="button" href="#what-to-do">
          Details
        </a>
      </div>
    </div>
  )
}
