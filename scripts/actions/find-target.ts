import { registry } from '../../components/registry.ts';
import { loadPlan } from '../../stacks/environment-file.ts';
import {
  environmentsOf,
  labTarget,
  type Target,
  type TargetOptions,
  targetOf,
  wasBroughtUp,
} from '../engine/target.ts';

/**
 * The target of a command that needs no plan: it finds what stands even where the environment's file is broken or
 * gone, because what stands is told by its state.
 */
export function findTarget(options: TargetOptions): Target {
  if (options.cluster === 'lab') return labTarget(options);
  try {
    return targetOf(loadPlan(options.env, registry, {}, environmentsOf(options)), options);
  } catch (error) {
    const target = labTarget(options);
    if (wasBroughtUp(target)) return target;
    throw error;
  }
}
