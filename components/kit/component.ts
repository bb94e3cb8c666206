import * as pulumi from '@pulumi/pulumi';

/**
 * A named part of the platform. Knows the URN its children will have, because objects carry its hash as
 * their owner label and labels are plain values.
 */
export class Component extends pulumi.ComponentResource {
  /** Type tokens from the outermost component down to this one. */
  private readonly typePath: readonly string[];
  private finished = false;

  /** @throws Error when the parent is finished */
  constructor(
    token: string,
    name: string,
    options: { parent?: Component; dependsOn?: pulumi.Resource[] } = {},
  ) {
    super(token, name, {}, options);
    options.parent?.checkUnfinished(name);
    this.typePath = [...(options.parent?.typePath ?? []), token];
  }

  /**
   * The URN of a child that is about to be made, by its type token and logical name.
   * @throws Error when the component is finished
   */
  childUrn(token: string, name: string): string {
    this.checkUnfinished(name);
    const types = [...this.typePath, token].join('$');
    return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${types}::${name}`;
  }

  /** Says that all children exist. Must be the last thing done with a component. */
  finish(outputs: Record<string, unknown> = {}): this {
    this.finished = true;
    this.registerOutputs(outputs);
    return this;
  }

  private checkUnfinished(child: string): void {
    if (this.finished) throw new Error(`${child} comes after its component was finished`);
  }
}
