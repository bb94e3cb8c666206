import type { Tool, ToolName } from './tool.ts';
import { etcd } from './tools/etcd.ts';
import { helm } from './tools/helm.ts';
import { istioctl } from './tools/istioctl.ts';
import { kubeApiserver, kubeControllerManager, kubeScheduler } from './tools/kubernetes.ts';
import { kwok } from './tools/kwok.ts';
import { promtool } from './tools/promtool.ts';
import { pulumi } from './tools/pulumi.ts';
import { vault } from './tools/vault.ts';

/** Every program of the toolchain, by name. */
export const tools: Readonly<Record<ToolName, Tool>> = {
  pulumi,
  etcd,
  'kube-apiserver': kubeApiserver,
  'kube-controller-manager': kubeControllerManager,
  'kube-scheduler': kubeScheduler,
  kwok,
  istioctl,
  helm,
  promtool,
  vault,
};
