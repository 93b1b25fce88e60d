// Checks manifests of Kubernetes: against its OpenAPI schemas, and against what we want of every pod.
import assert from 'node:assert/strict'
import { validate as deployment } from 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment'
import { validate as job } from 'kubernetes-models/_schemas/IoK8sApiBatchV1Job'
import { validate as service } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Service'
import { validate as ingress } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1Ingress'
import { validate as disruptionBudget } from 'kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget'
import { parseAllDocuments } from 'yaml'

// biome-ignore lint/suspicious/noExplicitAny: a manifest has whatever shape its kind has
export type Manifest = any

/** Returns whether it is valid, and leaves its errors in a property. */
type Validate = ((manifest: Manifest) => boolean) & { errors?: unknown }

const VALIDATORS: Record<string, Validate> = {
  'apps/v1 Deployment': deployment as Validate,
  'batch/v1 Job': job as Validate,
  'networking.k8s.io/v1 Ingress': ingress as Validate,
  'policy/v1 PodDisruptionBudget': disruptionBudget as Validate,
  'v1 Service': service as Validate,
}

export function manifestsOf(yaml: string): Manifest[] {
  const documents = parseAllDocuments(yaml)
  for (const { errors } of documents as { errors: Error[] }[]) assert.deepEqual(errors, [])
  return documents.map((document) => document.toJS()).filter((manifest) => manifest !== null)
}

/** @throws AssertionError for a kind that it does not know, a wrong value, and a field that Kubernetes does not know. */
export function assertValid(manifest: Manifest): void {
  const name = `${manifest.apiVersion} ${manifest.kind}`
  const validate = VALIDATORS[name]
  assert.ok(validate, `${name} is of no kind that is checked`)
  const read: Read = new Map()
  assert.ok(validate(watched(manifest, read)), JSON.stringify(validate.errors))
  assert.deepEqual(unread(manifest, read), [], `fields that a ${name} does not have`)
}

/** The names that were read of each object. */
type Read = Map<object, Set<string>>

/** The validators read the fields that they know: what they never read is unknown. */
function watched<T extends object>(target: T, read: Read): T {
  const names = read.get(target) ?? new Set()
  read.set(target, names)
  return new Proxy(target, {
    get(_, key) {
      const value = Reflect.get(target, key)
      if (typeof key === 'string') names.add(key)
      return value !== null && typeof value === 'object' ? watched(value, read) : value
    },
  })
}

function unread(value: unknown, read: Read, path = ''): string[] {
  if (value === null || typeof value !== 'object') return []
  const names = read.get(value)
  return Object.entries(value).flatMap(([key, inner]) =>
    names?.has(key) ? unread(inner, read, `${path}/${key}`) : [`${path}/${key}`],
  )
}

/** Rules that every pod must keep, and what breaks them. */
export function faultsOf(manifest: Manifest): string[] {
  const pod = manifest.spec?.template?.spec
  if (!pod) return []
  const { kind, metadata } = manifest
  const faults = RULES.filter(([, keeps]) => !keeps(pod, kind)).map(([rule]) => `${metadata.name}: ${rule}`)
  return faults
}

const containers = (pod: Manifest): Manifest[] => [...(pod.containers ?? []), ...(pod.initContainers ?? [])]
const each = (holds: (container: Manifest) => boolean) => (pod: Manifest) => containers(pod).every(holds)

export const RULES: [rule: string, keeps: (pod: Manifest, kind: string) => boolean][] = [
  ['runs as root', (pod) => pod.securityContext?.runAsNonRoot === true],
  ['prescribes a uid', (pod) => pod.securityContext?.runAsUser === undefined],
  ['has no seccomp profile', (pod) => pod.securityContext?.seccompProfile?.type === 'RuntimeDefault'],
  ['has a token of the cluster', (pod) => pod.automountServiceAccountToken === false],
  ['can gain rights', each(({ securityContext: s }) => s?.allowPrivilegeEscalation === false)],
  ['has capabilities', each(({ securityContext: s }) => s?.capabilities?.drop?.includes('ALL') === true)],
  ['writes to its image', each(({ securityContext: s }) => s?.readOnlyRootFilesystem === true)],
  ['has no /tmp', each(({ volumeMounts = [] }) => volumeMounts.some((m: Manifest) => m.mountPath === '/tmp'))],
  ['has no resources', each(({ resources: r }) => !!r?.requests?.cpu && !!r?.requests?.memory && !!r?.limits?.memory)],
  ['has an image without a fixed tag', each(({ image = '' }) => /:[^:/]+$/.test(image) && !image.endsWith(':latest'))],
  ['has a secret in its text', each(({ env = [] }) => !env.some((e: Manifest) => SECRET.test(e.name)))],
  ['has no probes', (pod, kind) => kind === 'Job' || each((c) => !!c.livenessProbe && !!c.readinessProbe)(pod)],
  ['asks whether it lives at a path that needs the database', each((c) => c.livenessProbe?.httpGet.path !== '/readyz')],
  ['mounts what is no volume', (pod) => containers(pod).every((c) => isMounted(pod, c))],
]

const SECRET = /SECRET|TOKEN|PASSWORD|DATABASE_URL|SMTP_URL/

const isMounted = (pod: Manifest, { volumeMounts = [] }: Manifest): boolean =>
  volumeMounts.every(({ name }: Manifest) => pod.volumes?.some((volume: Manifest) => volume.name === name))

/** Returns the references to what is not there: selectors without pods, ports without names, services of an ingress. */
export function danglingIn(manifests: Manifest[]): string[] {
  const pods = manifests.flatMap(({ spec }) => (spec?.template?.spec ? [spec.template] : []))
  const matching = (selector: Record<string, string>) =>
    pods.filter(({ metadata }) => Object.entries(selector).every(([name, value]) => metadata.labels[name] === value))
  const services = manifests.filter(({ kind }) => kind === 'Service')
  const hasPort = (pod: Manifest, name: string) =>
    pod.spec.containers.some(({ ports = [] }: Manifest) => ports.some((port: Manifest) => port.name === name))
  return manifests.flatMap(({ kind, metadata, spec }): string[] => {
    const selector = kind === 'Service' ? spec.selector : spec?.selector?.matchLabels
    const missing = selector && !matching(selector).length ? [`${kind} ${metadata.name} selects no pod`] : []
    if (kind === 'Service')
      for (const { targetPort } of spec.ports)
        if (!matching(selector).some((pod) => hasPort(pod, targetPort))) missing.push(`${metadata.name}: ${targetPort}`)
    if (kind === 'Ingress') {
      const paths = spec.rules.flatMap((rule: Manifest) => rule.http.paths)
      for (const { backend } of paths)
        if (!services.some((service) => service.metadata.name === backend.service.name))
          missing.push(`the ingress leads to no service: ${backend.service.name}`)
    }
    return missing
  })
}
