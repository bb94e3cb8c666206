import * as z from 'zod';
import { containsUnknown, type Properties, type PropertyMap, unionMarks } from './property-values.ts';

/** The SDK sends everything but the texts as JSON in a string. */
const flag = z.union([z.boolean(), z.enum(['true', 'false', '']).transform((text) => text === 'true')]);
const text = z.string().min(1).optional();

const settingsSchema = z.looseObject({
  kubeconfig: text,
  context: text,
  namespace: text,
  clusterIdentifier: text,
  enableServerSideApply: flag.optional(),
  enablePatchForce: flag.default(false),
  upsertExistingObjects: flag.default(false),
  cluster: text,
  renderYamlToDirectory: text,
});

/** What the program (or the stack's configuration) says to the provider. */
export interface ProviderSettings {
  /** Contents of a kubeconfig, or its path. @default the environment's KUBECONFIG */
  kubeconfig?: string | undefined;
  /** @default the kubeconfig's current context */
  context?: string | undefined;
  /** For namespaced objects that name none. @default the context's namespace */
  namespace?: string | undefined;
  /** Take fields over from other managers instead of reporting the conflict. */
  enablePatchForce: boolean;
  /** Adopt objects that exist already, whoever made them. */
  upsertExistingObjects: boolean;
}

/** One thing wrong with properties. */
export interface Violation {
  /** Where, as the engine writes it. */
  path: string;
  reason: string;
}

/** Everything that is wrong with the provider's settings. */
export function checkSettings(value: PropertyMap): Violation[] {
  const known = Object.fromEntries(Object.entries(value).filter(([, member]) => !containsUnknown(member)));
  const parsed = settingsSchema.safeParse(known);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), reason: issue.message }));
  }
  const violations: Violation[] = [];
  const refuse = (path: string, reason: string) => violations.push({ path, reason });
  if (parsed.data.enableServerSideApply === false) {
    refuse(
      'enableServerSideApply',
      "the lab's provider knows server-side apply only; leave it out or set it to true",
    );
  }
  if (parsed.data.renderYamlToDirectory) {
    refuse('renderYamlToDirectory', "the lab's provider applies to a cluster only; leave it out");
  }
  if (parsed.data.cluster) refuse('cluster', 'name a context of the kubeconfig by `context` instead');
  return violations;
}

/** The settings, from checked properties. */
export function parseSettings(value: PropertyMap): ProviderSettings {
  const { kubeconfig, context, namespace, enablePatchForce, upsertExistingObjects } =
    settingsSchema.parse(value);
  return { kubeconfig, context, namespace, enablePatchForce, upsertExistingObjects };
}

/** The contents of a kubeconfig hold credentials, so they are secret; the path of one is not. */
export function markKubeconfig({ value, secrets }: Properties): Properties {
  const { kubeconfig } = value;
  if (typeof kubeconfig !== 'string' || !isKubeconfigText(kubeconfig)) return { value, secrets };
  return { value, secrets: unionMarks(secrets, new Map([['kubeconfig', 'all']])) };
}

/** Whether a `kubeconfig` is the contents of one rather than its path. */
export function isKubeconfigText(kubeconfig: string): boolean {
  return kubeconfig.includes('\n') || kubeconfig.trimStart().startsWith('{');
}
