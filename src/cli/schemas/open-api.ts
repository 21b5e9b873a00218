/** OpenAPI 3.1 of the API; generated into `schemas/` and served at `/openapi.json`. */
export function openApiDocument(): object {
  return { openapi: '3.1.0', info: { title: 'Culprit', version: '1.0.0' }, paths: {} }
}
