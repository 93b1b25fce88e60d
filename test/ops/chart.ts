// The Helm chart with Helm itself: it lints, refuses wrong values, and renders valid manifests for many others.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertValid, danglingIn, faultsOf, manifestsOf } from './manifests.ts'
import { blockOf } from './page.ts'
import type { Row } from './run.ts'

const OPS = join(import.meta.dirname, '../../ops')
const CHART = join(OPS, 'chart')

/** The values of ops/kubernetes.yaml. */
const MANIFESTS = ['ingress.enabled=true', 'ingress.host=interphone.example.com', 'migrate.enabled=false']

const TAKEN: string[][] = [
  [],
  MANIFESTS,
  ['api.replicas=1', 'worker.replicas=0'],
  ['ingress.enabled=true', 'ingress.host=a.example.com', 'ingress.tlsSecret=cert', 'ingress.className=nginx'],
  ['filesClaim=files', 'podSecurityContext.fsGroup=1000'],
  ['image.repository=registry.example.com:5000/team/interphone', 'image.tag=1.2.3', 'image.pullSecrets[0]=registry'],
  ['env.LOG_LEVEL=debug', 'env.EMAIL_FROM=hello@example.com', 'podAnnotations.team=a'],
  [
    'nodeSelector.disk=ssd',
    'tolerations[0].operator=Exists',
    'affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey=zone',
  ],
  ['service.type=LoadBalancer', 'service.port=8080', 'service.annotations.a=b'],
  ['podDisruptionBudget.enabled=false'],
]

const REFUSED: string[][] = [
  ...[['image.tag=latest'], ['image.repository='], ['existingSecret='], ['api.replicas=-1'], ['env.log_level=info']],
  ...[['ingress.enabled=true'], ['service.port=70000'], ['service.type=Ingress'], ['replicas=2'], ['env.A.B=c']],
]

const render = (helm: string, values: string[], release = 'interphone'): string =>
  execFileSync(helm, ['template', release, CHART, ...values.flatMap((value) => ['--set', value])], { encoding: 'utf8' })

const isRefused = (helm: string, values: string[]): boolean =>
  spawnSync(helm, ['template', 'interphone', CHART, ...values.flatMap((value) => ['--set', value])]).status !== 0

const faultsIn = (manifests: string): number => manifestsOf(manifests).flatMap(faultsOf).length

/** Without what only Helm needs. */
export const plain = (manifests: string): string =>
  manifests.replace(/^(# Source: .*|\s+(app\.kubernetes\.io\/managed-by|helm\.sh\/chart): .*)\n/gm, '')

export async function chart(helm: string): Promise<Row[]> {
  const lint = spawnSync(helm, ['lint', '--strict', CHART], { encoding: 'utf8' })
  const wrong = TAKEN.flatMap((values) => {
    const manifests = manifestsOf(render(helm, values))
    for (const manifest of manifests) assertValid(manifest)
    return [...manifests.flatMap(faultsOf), ...danglingIn(manifests)]
  })
  const monitored = manifestsOf(
    render(helm, ['serviceMonitor.enabled=true'], 'a-long-name-of-a-release-of-more-than-40'),
  )
  const longest = Math.max(...monitored.map(({ metadata }) => metadata.name.length))
  const accepted = REFUSED.filter((values) => !isRefused(helm, values))
  const command = blockOf('kubectl create secret')
    .replace(/\\\n\s*/g, '')
    .trim()
    .split('\n')
    .at(-1) as string
  const [, , release = '', , ...flags] = command.split(/\s+/)
  const documented = spawnSync(helm, ['template', release, CHART, ...flags], { encoding: 'utf8' })
  const stored = readFileSync(join(OPS, 'kubernetes.yaml'), 'utf8')
  const isSame = stored.endsWith(plain(render(helm, MANIFESTS)))
  return [
    { what: 'helm lint', goal: 'no fault', seen: lint.status === 0 ? 'none' : lint.stdout, holds: lint.status === 0 },
    { what: `${TAKEN.length} sets of values`, goal: 'valid', seen: wrong.join() || 'valid', holds: !wrong.length },
    {
      ...{ what: 'the command of docs/operating.md', goal: 'renders' },
      ...{ seen: documented.stderr || 'renders', holds: documented.status === 0 && faultsIn(documented.stdout) === 0 },
    },
    { what: 'a long name', goal: 'at most 63 letters', seen: `${longest}`, holds: longest <= 63 },
    {
      ...{ what: `${REFUSED.length} wrong values`, goal: 'refused' },
      ...{ seen: accepted.join() || 'refused', holds: !accepted.length },
    },
    { what: 'ops/kubernetes.yaml', goal: 'as rendered', seen: isSame ? 'as rendered' : 'another', holds: isSame },
  ]
}
