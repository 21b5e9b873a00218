/** Whether a changed file can break production by itself: docs, tests and pipelines cannot. Pure text. */

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
