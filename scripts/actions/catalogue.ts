/** Everything that the platform can be made of. */
import { type AnyUpstream, describeSource, isRelease } from '../../components/kit/upstream.ts';
import { vendoredFolders } from '../../components/kit/vendored.ts';
import { registry } from '../../components/registry.ts';
import { vendorDirectory } from '../../stacks/layers.ts';
import { exitCodes } from '../errors.ts';
import { columns } from '../terminal/columns.ts';
import { painter } from '../terminal/style.ts';

/** Options of `catalogue`. */
export interface CatalogueOptions {
  json?: boolean;
}

/** `ninefold catalogue`. */
export async function catalogue({ json }: CatalogueOptions): Promise<number> {
  const entries = listCapabilities();
  if (json) {
    process.stdout.write(`${JSON.stringify(entries, null, 2)}\n`);
    return exitCodes.ok;
  }
  const paint = painter(process.stdout);
  const lines = entries.flatMap(({ capability, summary, implementations }) => [
    `${paint('strong', capability)}  ${paint('quiet', summary)}`,
    ...columns(
      implementations.flatMap(({ name, isDefault, upstreams }) =>
        upstreams.map((one, index) => [
          index === 0 ? `${name}${isDefault ? ' *' : ''}` : '',
          one.title,
          one.version,
          one.licence,
          one.source,
          one.origin === 'vendored' ? paint('good', one.origin) : paint('warning', one.origin),
        ]),
      ),
    ),
  ]);
  process.stdout.write(`${lines.join('\n')}\n\n* the default\n`);
  return exitCodes.ok;
}

function listCapabilities() {
  const vendor = vendorDirectory();
  const isVendored = ({ name, version }: AnyUpstream) =>
    vendoredFolders(vendor, name).some((folder) => folder.startsWith(`${name}/${version}-`));
  return registry.map(({ capability, implementations }) => ({
    capability: capability.name,
    principle: capability.principle,
    summary: capability.summary,
    onIn: capability.onIn,
    implementations: implementations.map(({ name, title, upstreams }, index) => ({
      name,
      title,
      isDefault: index === 0,
      upstreams: upstreams.map((upstream) => ({
        name: upstream.name,
        title: upstream.title,
        version: upstream.version,
        ...(upstream.appVersion ? { appVersion: upstream.appVersion } : {}),
        licence: upstream.licence,
        source: describeSource(upstream.source),
        homepage: upstream.homepage,
        kubernetes: upstream.kubernetes,
        /** Whether its objects are here, the lab makes do with stand-ins, or ours run its image. */
        origin: isVendored(upstream) ? 'vendored' : isRelease(upstream) ? 'stand-in' : 'image',
      })),
    })),
  }));
}
