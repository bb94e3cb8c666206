import type { Binding } from '../../kit/binding.ts';
import type { Scope } from '../../kit/scope.ts';
import type { MeshFacts, MeshNeeds } from '../capability.ts';
import { bindNamespace } from './namespace.ts';
import { bindService } from './service.ts';

/** Lets a namespace, or one service in it, take part in the mesh. */
export function bindMesh(scope: Scope<unknown>, facts: MeshFacts, need: MeshNeeds): Binding {
  return need.kind === 'namespace' ? bindNamespace(scope, facts, need) : bindService(scope, facts, need);
}
