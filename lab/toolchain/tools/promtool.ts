import type { Tool } from '../tool.ts';

const prometheusVersion = '3.16.0';

/** Judges alert rules as Prometheus reads and evaluates them: `promtool check rules` and `promtool test rules`. */
export const promtool: Tool = {
  name: 'promtool',
  version: prometheusVersion,
  variable: 'NINEFOLD_PROMTOOL',
  versionArguments: ['--version'],
  versionPattern: /^promtool, version (\S+)/m,
  download({ os, architecture }) {
    const release = `/prometheus/prometheus/releases/download/v${prometheusVersion}`;
    const directory = `prometheus-${prometheusVersion}.${os}-${architecture}`;
    return {
      kind: 'file',
      artefact: { home: 'github', path: `${release}/${directory}.tar.gz` },
      checksum: { home: 'github', path: `${release}/sha256sums.txt` },
      archive: { member: `${directory}/promtool` },
    };
  },
  build: {
    id: 'prometheus',
    module: 'github.com/prometheus/prometheus',
    // As a Go module, Prometheus counts 3.16.0 as 0.316.0.
    version: 'v0.316.0',
    replace: {},
    stamp: { 'github.com/prometheus/common/version.Version': prometheusVersion },
    // Without the clients of every cloud: rules find nothing to scrape.
    tags: ['remove_all_sd'],
    expectedMs: 300_000,
  },
  goPackage: 'github.com/prometheus/prometheus/cmd/promtool',
};
