import * as pulumi from '@pulumi/pulumi';

/** The program of every stack: reads which environment and layer the stack is, and emits it. */
export default async function program(): Promise<Record<string, unknown>> {
  const [{ registry }, { loadPlan }, { emitLayer, parseStackName, sourcesFor }] = await Promise.all([
    import('../components/registry.ts'),
    import('./environment-file.ts'),
    import('./layers.ts'),
  ]);
  const { environment, layer } = parseStackName(pulumi.getStack());
  const plan = loadPlan(environment, registry);
  return emitLayer(layer, plan, registry, sourcesFor(plan));
}
