{{- define "culprit.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 48 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 48 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "culprit.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "culprit.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{ include "culprit.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "culprit.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* Where a Secret's keys are mounted. */}}
{{- define "culprit.secrets" -}}/etc/culprit/secrets{{- end -}}

{{/* A { caFile, certFile, keyFile } of those keys that are named. */}}
{{- define "culprit.tlsFiles" -}}
{{- $files := dict -}}
{{- if .tls.secret -}}
{{- range $file, $key := dict "caFile" .tls.caKey "certFile" .tls.certKey "keyFile" .tls.keyKey -}}
{{- if $key -}}{{- $_ := set $files $file (printf "%s/%s/%s" $.at $.folder $key) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $files -}}
{{- end -}}

{{/* culprit.yaml: what follows from the values, over `config`. */}}
{{- define "culprit.config" -}}
{{- $at := include "culprit.secrets" . -}}
{{- $kafka := dict "brokers" .Values.kafka.brokers -}}
{{- if .Values.kafka.tls.enabled -}}
{{- $_ := set $kafka "ssl" (include "culprit.tlsFiles" (dict "tls" .Values.kafka.tls "at" $at "folder" "kafka-tls") | fromJson) -}}
{{- end -}}
{{- with .Values.kafka.sasl -}}
{{- if .mechanism -}}
{{- $_ := set $kafka "sasl" (dict "mechanism" .mechanism "username" .username "passwordFile" (printf "%s/kafka-sasl/%s" $at .key)) -}}
{{- end -}}
{{- end -}}
{{- $redis := dict "cluster" .Values.redis.cluster -}}
{{- if .Values.redis.urlSecret.name -}}
{{- $_ := set $redis "urlFile" (printf "%s/redis-url/%s" $at .Values.redis.urlSecret.key) -}}
{{- else -}}
{{- $_ := set $redis "url" .Values.redis.url -}}
{{- end -}}
{{- with .Values.redis.passwordSecret -}}
{{- if .name -}}{{- $_ := set $redis "passwordFile" (printf "%s/redis-password/%s" $at .key) -}}{{- end -}}
{{- end -}}
{{- if .Values.redis.tls.secret -}}
{{- $_ := set $redis "tls" (include "culprit.tlsFiles" (dict "tls" .Values.redis.tls "at" $at "folder" "redis-tls") | fromJson) -}}
{{- end -}}
{{- $tokens := list -}}
{{- range .Values.tokens -}}
{{- $tokens = append $tokens (dict "name" .name "valueFile" (printf "%s/tokens/%s" $at .name) "may" .may) -}}
{{- end -}}
{{- $http := dict "listen" "0.0.0.0:8321" "tokens" $tokens -}}
{{- if .Values.tls.secret -}}
{{- $_ := set $http "tls" (dict "certFile" (printf "%s/tls/tls.crt" $at) "keyFile" (printf "%s/tls/tls.key" $at)) -}}
{{- end -}}
{{- $ingest := dict "otlpListen" "0.0.0.0:4318" -}}
{{- $computed := dict "kafka" $kafka "redis" $redis "http" $http "ingest" $ingest -}}
{{- mergeOverwrite (deepCopy .Values.config) $computed | toYaml -}}
{{- end -}}

{{/* Values without which nothing can run, refused before anything is installed. */}}
{{- define "culprit.check" -}}
{{- if not .Values.kafka.brokers -}}{{- fail "kafka.brokers: give host:port of some brokers" -}}{{- end -}}
{{- if not (or .Values.redis.url .Values.redis.urlSecret.name) -}}{{- fail "redis.url or redis.urlSecret.name: give one" -}}{{- end -}}
{{- if and .Values.redis.url (regexMatch "^rediss?://[^/@]*:[^/@]+@" .Values.redis.url) -}}{{- fail "redis.url: no password in it; use redis.passwordSecret or redis.urlSecret" -}}{{- end -}}
{{- if and .Values.kafka.sasl.mechanism (not (and .Values.kafka.sasl.username .Values.kafka.sasl.secret)) -}}{{- fail "kafka.sasl: username and secret are wanted with a mechanism" -}}{{- end -}}
{{- if not (include "culprit.readToken" .) -}}{{- fail "tokens: one that may read is wanted, for readiness probes" -}}{{- end -}}
{{- end -}}

{{/* Name of the token that probes use. */}}
{{- define "culprit.readToken" -}}
{{- $found := "" -}}
{{- range .Values.tokens -}}
{{- if and (not $found) (or (has "read" .may) (has "admin" .may)) -}}{{- $found = .name -}}{{- end -}}
{{- end -}}
{{- $found -}}
{{- end -}}

{{- define "culprit.volumes" -}}
- name: secrets
  projected:
    # Read by user 1000 through its group.
    defaultMode: 0440
    sources:
      {{- range .Values.tokens }}
      - secret: { name: {{ .secret | quote }}, items: [{ key: {{ .key | quote }}, path: {{ printf "tokens/%s" .name | quote }} }] }
      {{- end }}
      {{- with .Values.kafka.sasl }}
      {{- if .mechanism }}
      - secret: { name: {{ .secret | quote }}, items: [{ key: {{ .key | quote }}, path: {{ printf "kafka-sasl/%s" .key | quote }} }] }
      {{- end }}
      {{- end }}
      {{- if .Values.kafka.tls.enabled }}
      {{- include "culprit.tlsSource" (dict "tls" .Values.kafka.tls "folder" "kafka-tls") | nindent 6 }}
      {{- end }}
      {{- include "culprit.tlsSource" (dict "tls" .Values.redis.tls "folder" "redis-tls") | nindent 6 }}
      {{- with .Values.redis.urlSecret }}
      {{- if .name }}
      - secret: { name: {{ .name | quote }}, items: [{ key: {{ .key | quote }}, path: {{ printf "redis-url/%s" .key | quote }} }] }
      {{- end }}
      {{- end }}
      {{- with .Values.redis.passwordSecret }}
      {{- if .name }}
      - secret: { name: {{ .name | quote }}, items: [{ key: {{ .key | quote }}, path: {{ printf "redis-password/%s" .key | quote }} }] }
      {{- end }}
      {{- end }}
      {{- if .Values.tls.secret }}
      - secret:
          name: {{ .Values.tls.secret | quote }}
          items: [{ key: tls.crt, path: tls/tls.crt }, { key: tls.key, path: tls/tls.key }]
      {{- end }}
{{- end -}}

{{- define "culprit.tlsSource" -}}
{{- if .tls.secret -}}
- secret:
    name: {{ .tls.secret | quote }}
    items:
      {{- range $key := compact (list .tls.caKey .tls.certKey .tls.keyKey) }}
      - { key: {{ $key | quote }}, path: {{ printf "%s/%s" $.folder $key | quote }} }
      {{- end }}
{{- end -}}
{{- end -}}

{{- define "culprit.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "culprit.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}
