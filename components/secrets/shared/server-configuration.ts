import { quantityValue } from '../../kit/quantity.ts';
import { nodeAddresses, podsService, type Product } from './product.ts';
import { ports, secretsNamespace } from './names.ts';
import type { SecretsSettings } from './settings.ts';

/** Where things are in the container. A test puts them elsewhere. */
export interface ServerPlaces {
  /** Address that listeners bind. */
  bind: string;
  ports: { api: number; cluster: number; metrics: number; metricsCluster: number };
  data: string;
  audit: string;
  tls: string;
}

/** Places in the container. */
export const containerPlaces: ServerPlaces = {
  bind: '[::]',
  ports,
  data: '/server/data',
  audit: '/server/audit',
  tls: '/server/tls',
};

/** Devices that record every request: to a disk of their own, and to the output that is shipped with all logs. */
export function auditDevices(
  places: ServerPlaces,
): { name: string; type: string; options: Record<string, string> }[] {
  return [
    { name: 'file', type: 'file', options: { file_path: `${places.audit}/audit.log`, mode: '0600' } },
    { name: 'output', type: 'file', options: { file_path: 'stdout' } },
  ];
}

/** The configuration of every node, in the server's own language. */
export function serverConfiguration(
  product: Product,
  settings: SecretsSettings,
  places = containerPlaces,
): string {
  const { bind, ports: at, data, tls } = places;
  const certificate = [
    `  tls_cert_file   = "${tls}/tls.crt"`,
    `  tls_key_file    = "${tls}/tls.key"`,
    '  tls_min_version = "tls12"',
  ];
  const others = settings.replicas > 1 ? nodeAddresses(product, settings.replicas) : [];
  return [
    'ui = false',
    ...(product.locksMemory ? ['disable_mlock = true'] : []),
    '',
    'listener "tcp" {',
    `  address         = "${bind}:${at.api}"`,
    `  cluster_address = "${bind}:${at.cluster}"`,
    ...certificate,
    '}',
    '',
    '# Metrics have a listener of their own, since they are read without a token.',
    'listener "tcp" {',
    `  address         = "${bind}:${at.metrics}"`,
    `  cluster_address = "${bind}:${at.metricsCluster}"`,
    ...certificate,
    '  telemetry {',
    '    unauthenticated_metrics_access = true',
    '  }',
    '}',
    '',
    'storage "raft" {',
    `  path = "${data}"`,
    '  # How soon a leader that is gone is noticed: 1 is the quickest, for servers that are used in earnest.',
    '  performance_multiplier = 1',
    ...others.flatMap((address) => [
      '  retry_join {',
      `    leader_api_addr         = "${address}"`,
      `    leader_ca_cert_file     = "${tls}/ca.crt"`,
      `    leader_tls_servername   = "node.${podsService(product)}.${secretsNamespace}.svc"`,
      '  }',
    ]),
    '}',
    '',
    'telemetry {',
    '  prometheus_retention_time = "24h"',
    '  disable_hostname          = true',
    '}',
    ...(product.auditBy === 'configuration' ? auditStanzas(places) : []),
    ...sealStanza(settings),
    '',
  ].join('\n');
}

function auditStanzas(places: ServerPlaces): string[] {
  return auditDevices(places).flatMap(({ name, type, options }) => [
    '',
    `audit "${type}" "${name}" {`,
    '  options {',
    ...Object.entries(options).map(([option, value]) => `    ${option} = "${value}"`),
    '  }',
    '}',
  ]);
}

function sealStanza({ unsealing, awskms }: SecretsSettings): string[] {
  if (unsealing !== 'cloud' || !awskms) return [];
  return [
    '',
    'seal "awskms" {',
    `  region     = "${awskms.region}"`,
    `  kms_key_id = "${awskms.keyId}"`,
    '}',
  ];
}

/**
 * Runs the server and tells it of what it does not notice by itself: a certificate that was renewed, and a record
 * of requests that is put aside before it fills its disk, for a server that can't record refuses every request.
 */
export function startScript(settings: SecretsSettings, places = containerPlaces, pause = 30): string {
  // One record that is put aside and one that is written, each up to two fifths of the disk.
  const limit = Math.floor(quantityValue(settings.auditStorage) * 0.4);
  return [
    '#!/bin/sh',
    'set -eu',
    `record=${places.audit}/audit.log`,
    `certificate() { cksum < ${places.tls}/tls.crt; }`,
    '"$@" &',
    'server=$!',
    `trap 'kill -TERM "$server"' TERM INT`,
    'watch() {',
    '  known=$(certificate)',
    `  while sleep ${pause}; do`,
    '    now=$(certificate || echo "$known")',
    '    size=$(wc -c < "$record" 2>/dev/null || echo 0)',
    `    if [ "$size" -gt ${limit} ]; then`,
    '      mv -f "$record" "$record.1"',
    '      now="$now put-aside"',
    '    fi',
    '    if [ "$now" != "$known" ]; then',
    '      kill -HUP "$server" 2>/dev/null || true',
    '      known=${now% put-aside}',
    '    fi',
    '  done',
    '}',
    'watch &',
    'watcher=$!',
    '# A signal ends the wait, and the server needs a moment to end: its own end is waited for.',
    'while kill -0 "$server" 2>/dev/null; do wait "$server" && status=0 || status=$?; done',
    'kill "$watcher" 2>/dev/null || true',
    'exit "$status"',
    '',
  ].join('\n');
}
