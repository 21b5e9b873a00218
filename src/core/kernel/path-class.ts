/**
 * What a changed file is by its path: whether it can break production by itself (docs, tests and pipelines
 * cannot), and whether a person or a tool wrote it (lock files, bundles, code of others). Pure text.
 */

const docs =
  /(?:^|\/)(?:docs?|\.github|\.gitlab|\.circleci|examples?)\/|\.(?:md|mdx|rst|adoc|txt|png|svg)$/i
const docNames =
  /(?:^|\/)(?:readme|changelog|license|licence|notice|contributing|codeowners|authors)[^/]*$/i
const tests =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|specs?|e2e|testdata|fixtures)\/|\.(?:test|spec)\.[a-z]+$|_test\.(?:go|py|rb)$|(?:^|\/)test_[^/]*\.py$|(?:Test|Tests|IT)\.(?:java|kt|cs)$/

/** Text that is read at run time although it looks like prose. */
const runTime = /(?:^|\/)(?:requirements[^/]*|constraints|robots|ads)\.txt$/i

export function isNonCode(path: string): boolean {
  if (runTime.test(path)) return false
  return docs.test(path) || docNames.test(path) || tests.test(path)
}

const generated =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|Cargo\.lock|Gemfile\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|composer\.lock|go\.sum|gradle\.lockfile|flake\.lock|mix\.lock|Podfile\.lock|packages\.lock\.json)$|\.(?:min\.(?:js|css)|map|snap|pb\.go|pb\.cc|pb\.h|g\.dart|designer\.cs)$|_pb2(?:_grpc)?\.pyi?$|[._-](?:generated|gen)\.[a-z]+$|(?:^|\/)(?:__generated__|generated|__snapshots__|dist)\//i
const vendored =
  /(?:^|\/)(?:vendor|vendored|third_party|third-party|node_modules|bower_components)\//i

/** Written by a tool: lock files, bundles, snapshots, code made from schemas. */
export function isGenerated(path: string): boolean {
  return generated.test(path)
}

/** A copy of somebody else's code. */
export function isVendored(path: string): boolean {
  return vendored.test(path)
}
