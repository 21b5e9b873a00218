/** The Prometheus text exposition format 0.0.4. */

/** Labels as they stand between the braces ('' for none), and the value. */
export type Row = [labels: string, value: number]

export interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly rows: readonly Row[]
}

export function prometheusText(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap(({ name, type, help, rows }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...rows.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`),
  ])
  return `${lines.join('\n')}\n`
}

export function label(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join(',')
}

function escape(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
}
