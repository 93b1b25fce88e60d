// The manifests for Kubernetes, and the values that the chart takes. `npm run ops -- --only chart` compares the manifests with the chart.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Schema from 'typebox/schema'
import { parse } from 'yaml'
import { SETTINGS } from '#settings.ts'
import { assertValid, danglingIn, faultsOf, type Manifest, manifestsOf } from './manifests.ts'

const OPS = join(import.meta.dirname, '../../ops')
const read = (file: string) => readFileSync(join(OPS, file), 'utf8')
const manifests = manifestsOf(read('kubernetes.yaml'))
const api = manifests.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'interphone-api')

const changed = (change: (manifest: Manifest) => void): Manifest => {
  const copy = structuredClone(api)
  change(copy)
  return copy
}
const pod = (manifest: Manifest) => manifest.spec.template.spec
const container = (manifest: Manifest) => pod(manifest).containers[0]

const INVALID: [what: string, change: (manifest: Manifest) => void][] = [
  ['a number that is a text', (m) => (m.spec.replicas = 'two')],
  ['no selector', (m) => delete m.spec.selector],
  ['no template', (m) => delete m.spec.template],
  ['a container without a name', (m) => delete container(m).name],
  ['an unknown field of the deployment', (m) => (m.spec.replica = 2)],
  ['an unknown field of a pod', (m) => (pod(m).terminationGracePeriod = 20)],
  ['an unknown field of a container', (m) => (container(m).imagePullPolice = 'Always')],
  ['an unknown field of a probe', (m) => (container(m).livenessProbe.timeout = 2)],
  ['an unknown field of its rights', (m) => (container(m).securityContext.readOnlyRootFileSystem = true)],
  ['a port that is a text', (m) => (container(m).ports[0].containerPort = '3000')],
  ['a kind that is not checked', (m) => (m.kind = 'Deploymnt')],
]

for (const [what, change] of INVALID)
  test(`the check of manifests finds ${what}`, () => assert.throws(() => assertValid(changed(change))))

const FAULTY: [fault: string, change: (manifest: Manifest) => void][] = [
  ['runs as root', (m) => delete pod(m).securityContext.runAsNonRoot],
  ['prescribes a uid', (m) => (pod(m).securityContext.runAsUser = 1000)],
  ['has no seccomp profile', (m) => delete pod(m).securityContext.seccompProfile],
  ['has a token of the cluster', (m) => delete pod(m).automountServiceAccountToken],
  ['can gain rights', (m) => (container(m).securityContext.allowPrivilegeEscalation = true)],
  ['has capabilities', (m) => delete container(m).securityContext.capabilities],
  ['writes to its image', (m) => delete container(m).securityContext.readOnlyRootFilesystem],
  ['has no /tmp', (m) => (container(m).volumeMounts = [])],
  ['has no resources', (m) => delete container(m).resources.limits],
  ['has an image without a fixed tag', (m) => (container(m).image = 'interphone:latest')],
  ['has a secret in its text', (m) => container(m).env.push({ name: 'DATABASE_URL', value: 'postgres://…' })],
  ['has no probes', (m) => delete container(m).readinessProbe],
  ['asks whether it lives', (m) => (container(m).livenessProbe.httpGet.path = '/readyz')],
  ['mounts what is no volume', (m) => (pod(m).volumes = [])],
]

for (const [fault, change] of FAULTY)
  test(`the check of pods finds one that ${fault}`, () => {
    const faults = faultsOf(changed(change))
    assert.equal(faults.length, 1, faults.join())
    assert.ok(faults[0]?.includes(fault))
  })

test('ops/kubernetes.yaml is valid, keeps all rules, and refers to nothing that is missing', () => {
  assert.deepEqual(manifests.map(({ kind }) => kind).sort(), [
    ...['Deployment', 'Deployment', 'Ingress', 'PodDisruptionBudget', 'Service', 'Service'],
  ])
  for (const manifest of manifests) assertValid(manifest)
  assert.deepEqual(manifests.flatMap(faultsOf), [])
  assert.deepEqual(danglingIn(manifests), [])
  assert.deepEqual(danglingIn(manifests.filter(({ kind }) => kind !== 'Deployment')).length, 5)
})

const schema = JSON.parse(read('chart/values.schema.json'))
const values = parse(read('chart/values.yaml'))
const isAllowed = (change: object) => Schema.Check(schema, { ...values, ...change })

const REFUSED: [what: string, change: object][] = [
  ['the tag latest', { image: { repository: 'interphone', tag: 'latest' } }],
  ['an image without a repository', { image: {} }],
  ['a repository with capitals', { image: { repository: 'Interphone' } }],
  ['no secret', { existingSecret: '' }],
  ['a negative number of pods', { api: { ...values.api, replicas: -1 } }],
  ['half a pod', { worker: { ...values.worker, replicas: 0.5 } }],
  ['an ingress without a host', { ingress: { enabled: true, host: '' } }],
  ['an ingress with a URL as host', { ingress: { enabled: true, host: 'https://example.com' } }],
  ['a setting that is a number', { env: { DATABASE_POOL: 1_000_000 } }],
  ['a setting in small letters', { env: { log_level: 'info' } }],
  ['a port out of range', { service: { type: 'ClusterIP', port: 70_000 } }],
  ['an unknown type of service', { service: { type: 'Ingress' } }],
  ['an interval without a unit', { serviceMonitor: { enabled: true, interval: '15' } }],
  ['a name that nothing reads', { replicas: 2 }],
]

test('the chart takes its default values, and those of the manifests', () => {
  assert.ok(isAllowed({}))
  assert.ok(isAllowed({ ingress: { ...values.ingress, enabled: true, host: 'support.example.com' } }))
})

for (const [what, change] of REFUSED) test(`the chart refuses ${what}`, () => assert.equal(isAllowed(change), false))

test('the settings that the chart names are settings', () => {
  const names = new Set(Object.values(SETTINGS).map(({ name }) => name))
  const comments = read('chart/values.yaml').match(/\b(DATABASE_URL|INTERPHONE_\w+|SMTP_URL|PUBLIC_URL)\b/g) ?? []
  const set = container(api).env.map(({ name }: Manifest) => name)
  assert.ok(set.includes('METRICS_PORT'))
  assert.deepEqual(
    [...comments, ...set].filter((name) => !names.has(name)),
    [],
  )
})
